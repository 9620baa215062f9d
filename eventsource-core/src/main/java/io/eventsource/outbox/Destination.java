package io.eventsource.outbox;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventMetadata.Field;
import io.eventsource.message.MessageHeaders;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which events leave for where, and as what. A bean of an application's own.
 *
 * @param name what the publisher's checkpoint is kept under, never to be changed
 * @param source who sends, as a URI reference such as {@code /orders}; receivers recognise a message by it and the id
 * @param topic the topic or stream of routes that name none
 * @param headers which of an event's metadata leave: names of {@link MessageHeaders}, of {@linkplain Field#header() fields} and of the event's own headers
 * @param routes the types that leave, at least one; no other event does
 */
public record Destination(String name, String source, String topic, Set<String> headers, List<Route> routes) {

    /** What leaves unless something else is said: nothing that names a person. */
    public static final Set<String> DEFAULT_HEADERS = Set.of(
            MessageHeaders.AGGREGATE_TYPE,
            MessageHeaders.AGGREGATE_VERSION,
            MessageHeaders.POSITION,
            Field.TENANT_ID.header(),
            Field.CORRELATION_ID.header(),
            Field.CAUSATION_ID.header(),
            MessageHeaders.TRACE_PARENT,
            MessageHeaders.TRACE_STATE);

    /**
     * Checks that there are routes, one for each type.
     *
     * @throws IllegalArgumentException when there is none, or two for one type
     */
    public Destination {
        headers = Set.copyOf(headers);
        routes = List.copyOf(routes);
        if (routes.isEmpty()) {
            throw new IllegalArgumentException(
                    "The destination '%s' has no route: say which events leave".formatted(name));
        }
        Set<String> seen = new TreeSet<>();
        for (Route route : routes) {
            if (!seen.add(route.eventType())) {
                throw new IllegalArgumentException("The destination '%s' has two routes for the event '%s'. Keep one."
                        .formatted(name, route.eventType()));
            }
        }
    }

    /**
     * A destination with the default headers.
     *
     * @param name what the publisher's checkpoint is kept under
     * @param source who sends, as a URI reference
     * @param topic the topic or stream
     * @param routes the types that leave
     */
    public Destination(String name, String source, String topic, List<Route> routes) {
        this(name, source, topic, DEFAULT_HEADERS, routes);
    }

    /**
     * The types that leave.
     *
     * @return their names in the store
     */
    public Set<String> eventTypes() {
        return routes.stream().map(Route::eventType).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * All names under which events that leave may be stored.
     *
     * @param codec knows the classes of events and their upcasters
     * @return stored names, for reading the log
     */
    public Set<String> storedNames(EventCodec codec) {
        Set<String> names = new HashSet<>();
        for (Route route : routes) {
            boolean decoded = route.mapping() != null;
            if (!decoded) {
                names.add(route.eventType());
            }
            if (decoded || codec.registry().find(route.eventType()) != null) {
                names.addAll(codec.select(Set.of(route.eventType())).storedNames());
            }
        }
        return Set.copyOf(names);
    }
}
