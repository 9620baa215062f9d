package io.eventsource.outbox;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata.Field;
import io.eventsource.event.StoredEvent;
import io.eventsource.message.MessageHeaders;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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

    /**
     * How events of one type leave: under which name, with which key and payload.
     *
     * @param eventType the type's name in the store
     * @param type the name that receivers know, which need not be the internal one
     * @param version the version of the payload under that name, for a mapped payload; an unmapped one has the revision that it is stored in
     * @param topic the topic or stream, or null for the destination's
     * @param key what messages keep their order within
     * @param mapping makes the payload that receivers get, or null to pass the stored one through undecoded
     */
    public record Route(
            String eventType,
            String type,
            int version,
            @Nullable String topic,
            Function<StoredEvent, String> key,
            @Nullable Function<EventEnvelope<Object>, Object> mapping) {

        /** Requires what is not optional. */
        public Route {
            Objects.requireNonNull(eventType, "eventType");
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(key, "key");
        }

        /**
         * Events leave as they are stored, under their own name, with the aggregate's id as the key.
         *
         * @param eventType the type's name in the store
         * @return the route
         */
        public static Route unchanged(String eventType) {
            return renamed(eventType, eventType);
        }

        /**
         * Events leave as they are stored, under another name, with the aggregate's id as the key.
         *
         * @param eventType the type's name in the store
         * @param type the name that receivers know
         * @return the route
         */
        public static Route renamed(String eventType, String type) {
            return new Route(
                    eventType, type, 1, null, event -> event.aggregateId().toString(), null);
        }

        /**
         * Events leave as something else, so that what is internal stays so, with the aggregate's id as the key.
         *
         * @param eventType the type's name in the store
         * @param eventClass its class
         * @param type the name that receivers know
         * @param version the version of the payload under that name
         * @param mapping makes the payload, which is written as JSON
         * @param <E> the event's class
         * @return the route
         */
        public static <E> Route mapped(
                String eventType, Class<E> eventClass, String type, int version, Function<? super E, ?> mapping) {
            return new Route(
                    eventType,
                    type,
                    version,
                    null,
                    event -> event.aggregateId().toString(),
                    event -> mapping.apply(eventClass.cast(event.payload())));
        }

        /**
         * Events leave in the shape of their class, under another name and a version of it: older ones are led there by upcasters. With the
         * aggregate's id as the key.
         *
         * @param eventType the type's name in the store, which a class is registered under
         * @param type the name that receivers know
         * @param version the version of the payload under that name
         * @return the route
         */
        public static Route current(String eventType, String type, int version) {
            return mapped(eventType, Object.class, type, version, event -> event);
        }

        /**
         * The same with a key by its name: {@code aggregate-id}, {@code aggregate-type}, {@code tenant}, or a place in the stored payload as a
         * JSON pointer, such as {@code /customer/id}. An event that has nothing there cannot leave, and is parked.
         *
         * @param newKey what messages keep their order within
         * @return a copy
         * @throws IllegalArgumentException when it is none of these
         */
        public Route withKey(String newKey) {
            return withKey(RouteKey.of(newKey));
        }

        /**
         * The same with another key.
         *
         * @param newKey what messages keep their order within
         * @return a copy
         */
        public Route withKey(Function<StoredEvent, String> newKey) {
            return new Route(eventType, type, version, topic, newKey, mapping);
        }

        /**
         * The same with a topic of its own.
         *
         * @param newTopic the topic or stream
         * @return a copy
         */
        public Route withTopic(String newTopic) {
            return new Route(eventType, type, version, newTopic, key, mapping);
        }
    }
}
