package io.eventsource.autoconfigure.outbox;

import io.eventsource.EventSourceException;
import io.eventsource.autoconfigure.outbox.OutboxProperties.DestinationOptions;
import io.eventsource.autoconfigure.outbox.OutboxProperties.EventOptions;
import io.eventsource.autoconfigure.outbox.OutboxProperties.Mode;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventRegistry.EventTypeDescriptor;
import io.eventsource.outbox.Destination;
import io.eventsource.outbox.Destination.Route;
import io.eventsource.outbox.Externalized;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/** Brings destinations together from where they are said: properties, classes of events, and beans. */
final class DestinationDefinitions {

    private static final Set<String> WITHOUT_MESSAGES =
            Set.of(ConfiguredDestination.SPRING, ConfiguredDestination.RELAY);

    private final OutboxProperties properties;
    private final EventRegistry registry;
    private final @Nullable String applicationName;

    DestinationDefinitions(OutboxProperties properties, EventRegistry registry, @Nullable String applicationName) {
        this.properties = properties;
        this.registry = registry;
        this.applicationName = applicationName;
    }

    /**
     * All destinations, by their names.
     *
     * @param beans those that are beans
     * @throws EventSourceException saying which property is wrong and what to do
     */
    List<ConfiguredDestination> of(List<Destination> beans) {
        Map<String, Destination> byName = new TreeMap<>();
        for (Destination bean : beans) {
            if (byName.put(bean.name(), bean) != null) {
                throw new EventSourceException(
                        "Two Destination beans have the name '%s'. Rename the newer of the two: its checkpoint is kept under the name."
                                .formatted(bean.name()));
            }
        }
        Map<String, List<Route>> externalized = externalized();
        Set<String> names = new TreeSet<>(byName.keySet());
        names.addAll(properties.destinations().keySet());
        names.addAll(externalized.keySet());
        List<ConfiguredDestination> destinations = new ArrayList<>();
        for (String name : names) {
            DestinationOptions options = properties.destinations().getOrDefault(name, DestinationOptions.NONE);
            List<Route> declared = externalized.getOrDefault(name, List.of());
            Destination bean = byName.get(name);
            requireOneDefinition(name, bean, options, declared);
            String transport = transport(name, options);
            boolean withoutMessages = WITHOUT_MESSAGES.contains(transport);
            ConfiguredDestination destination = new ConfiguredDestination(
                    bean == null ? destination(name, options, declared, withoutMessages) : bean,
                    transport,
                    options.startPosition());
            if (withoutMessages) {
                requireNothingOfMessages(destination, options);
            }
            if (destination.relayed()) {
                requireRows(destination);
            }
            destinations.add(destination);
        }
        return List.copyOf(destinations);
    }

    /** What classes say of themselves. */
    private Map<String, List<Route>> externalized() {
        Map<String, List<Route>> routes = new TreeMap<>();
        for (EventTypeDescriptor type : registry.subtypesOf(Object.class)) {
            for (Externalized each : type.eventClass().getAnnotationsByType(Externalized.class)) {
                EventOptions options = new EventOptions(
                        type.name(),
                        textOrNull(each.as()),
                        each.version() == 0 ? null : each.version(),
                        textOrNull(each.topic()),
                        textOrNull(each.key()));
                routes.computeIfAbsent(each.value(), name -> new ArrayList<>())
                        .add(route(
                                "@Externalized of %s: "
                                        .formatted(type.eventClass().getName()),
                                options));
            }
        }
        return routes;
    }

    private static @Nullable String textOrNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static void requireOneDefinition(
            String name, @Nullable Destination bean, DestinationOptions options, List<Route> declared) {
        boolean more = !declared.isEmpty()
                || !options.events().isEmpty()
                || options.source() != null
                || options.topic() != null
                || options.headers() != null;
        if (bean != null && more) {
            throw new EventSourceException(
                    "The destination '%s' is a bean, so its source, topic, headers and events stand there. Remove those in %s and @Externalized(\"%s\"), or the bean; transport and start-from stay properties."
                            .formatted(name, OutboxProperties.property(name) + "*", name));
        }
    }

    /** What would be accepted and do nothing. */
    private static void requireNothingOfMessages(ConfiguredDestination destination, DestinationOptions options) {
        boolean said = options.source() != null
                || options.topic() != null
                || options.headers() != null
                || !destination.destination().routes().stream()
                        .allMatch(route -> route.topic() == null
                                && route.mapping() == null
                                && route.type().equals(route.eventType()));
        if (said) {
            throw new EventSourceException(
                    "The destination '%s' has the transport %s, which makes no messages: it gets events as they are. Remove source, topic and headers in %s*, and name, version, topic and mapping of its events, or give it another transport."
                            .formatted(
                                    destination.name(),
                                    destination.transport(),
                                    OutboxProperties.property(destination.name())));
        }
    }

    private void requireRows(ConfiguredDestination destination) {
        if (properties.mode() != Mode.TABLE) {
            throw new EventSourceException(
                    "The destination '%s' is served by a relay that reads event_outbox, but no rows are written there. Set eventsource.outbox.mode=table, or give it another transport."
                            .formatted(destination.name()));
        }
        if (destination.startFrom() != null) {
            throw new EventSourceException(
                    "%sstart-from has no effect: rows are written by appends from the first start on. Remove it."
                            .formatted(OutboxProperties.property(destination.name())));
        }
    }

    private Destination destination(
            String name, DestinationOptions options, List<Route> declared, boolean withoutMessages) {
        String property = OutboxProperties.property(name);
        List<Route> routes = new ArrayList<>(declared);
        options.events().forEach(event -> routes.add(route(property + "events: ", event)));
        if (routes.isEmpty()) {
            throw new EventSourceException(
                    "%sevents is empty, so nothing would leave. Name events there, or annotate their classes with @Externalized(\"%s\")."
                            .formatted(property, name));
        }
        try {
            return new Destination(
                    name,
                    withoutMessages ? "/" : source(property, options),
                    Objects.requireNonNullElse(options.topic(), name),
                    Objects.requireNonNullElse(options.headers(), Destination.DEFAULT_HEADERS),
                    routes);
        } catch (IllegalArgumentException invalid) {
            throw new EventSourceException(
                    "%s Look at %sevents and at @Externalized(\"%s\").".formatted(invalid.getMessage(), property, name),
                    invalid);
        }
    }

    private String source(String property, DestinationOptions options) {
        String source = options.source() == null ? properties.source() : options.source();
        if (source != null) {
            return source;
        }
        if (!StringUtils.hasText(applicationName)) {
            throw new EventSourceException(
                    "%ssource says nothing, and there is no spring.application.name to take its place. Set one of them, or eventsource.outbox.source: receivers recognise messages by it."
                            .formatted(property));
        }
        return "/" + applicationName;
    }

    private Route route(String where, EventOptions event) {
        EventTypeDescriptor type = registry.find(event.type());
        if (type == null) {
            throw new EventSourceException(
                    "%sthere is no event type '%s', only %s. Correct the name; events whose class is gone leave by a Destination bean."
                            .formatted(where, event.type(), new TreeSet<>(registry.names())));
        }
        String as = event.as() == null ? type.name() : event.as();
        Integer version = event.version();
        Route route = version == null ? Route.renamed(type.name(), as) : Route.current(type.name(), as, version);
        if (version != null && version < 1) {
            throw new EventSourceException(
                    "%sthe version of '%s' must be 1 or more, but it is %d".formatted(where, event.type(), version));
        }
        if (event.topic() != null) {
            route = route.withTopic(event.topic());
        }
        try {
            return event.key() == null ? route : route.withKey(event.key());
        } catch (IllegalArgumentException invalid) {
            throw new EventSourceException(
                    "%sthe key of '%s': %s".formatted(where, event.type(), invalid.getMessage()), invalid);
        }
    }

    private String transport(String name, DestinationOptions options) {
        String transport = options.transport() == null ? properties.transport() : options.transport();
        if (transport == null) {
            throw new EventSourceException(
                    "The destination '%s' has no transport. Set %stransport or eventsource.outbox.transport to kafka, redis, spring, relay or the name of a MessageTransport bean."
                            .formatted(name, OutboxProperties.property(name)));
        }
        return transport;
    }
}
