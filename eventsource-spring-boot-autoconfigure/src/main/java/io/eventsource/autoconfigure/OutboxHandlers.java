package io.eventsource.autoconfigure;

import io.eventsource.EventSourceException;
import io.eventsource.event.EventCodec;
import io.eventsource.event.PayloadSerializer;
import io.eventsource.outbox.ApplicationEvents;
import io.eventsource.outbox.Destination;
import io.eventsource.outbox.MessageMapper;
import io.eventsource.outbox.Publisher;
import io.eventsource.outbox.Route;
import io.eventsource.projection.EventHandlers;
import io.eventsource.subscription.StartPosition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.springframework.context.ApplicationEventPublisher;

/** The handlers of all destinations, which subscriptions drive like those of projections. */
final class OutboxHandlers {

    private final List<ConfiguredDestination> destinations;
    private final OutboxTransports transports;
    private final EventCodec codec;
    private final PayloadSerializer serializer;
    private final ApplicationEventPublisher applicationEvents;

    OutboxHandlers(
            List<ConfiguredDestination> destinations,
            OutboxTransports transports,
            EventCodec codec,
            PayloadSerializer serializer,
            ApplicationEventPublisher applicationEvents) {
        this.destinations = destinations;
        this.transports = transports;
        this.codec = codec;
        this.serializer = serializer;
        this.applicationEvents = applicationEvents;
    }

    List<ConfiguredDestination> destinations() {
        return destinations;
    }

    /** Starts the transports. */
    List<EventHandlers> make() {
        return destinations.stream().map(this::handlers).toList();
    }

    /** For each destination the names in the store of what leaves for it. */
    Map<String, Set<String>> storedNames() {
        Map<String, Set<String>> names = new HashMap<>();
        destinations.forEach(
                each -> names.put(each.name(), new MessageMapper(each.destination(), codec, serializer).storedNames()));
        return names;
    }

    /** Where destinations begin that say so, by the names of their subscriptions. */
    Map<String, StartPosition> starts() {
        Map<String, StartPosition> starts = new HashMap<>();
        for (ConfiguredDestination each : destinations) {
            if (each.startFrom() != null) {
                starts.put(each.subscription(), each.startFrom());
            }
        }
        return starts;
    }

    private EventHandlers handlers(ConfiguredDestination each) {
        if (each.transport().equals(ConfiguredDestination.SPRING)) {
            each.destination().routes().forEach(route -> requirePlain(each.destination(), route));
            return new ApplicationEvents(each.subscription(), each.destination().eventTypes(), applicationEvents);
        }
        return new Publisher(each.destination(), codec, serializer, transports.of(each));
    }

    private static void requirePlain(Destination destination, Route route) {
        if (!route.type().equals(route.eventType())
                || route.mapping() != null
                || !Objects.equals(route.topic(), null)) {
            throw new EventSourceException(
                    "The destination '%s' delivers to listeners inside the application, which get the event itself. Remove name, version, topic and mapping of its event '%s', or give it another transport."
                            .formatted(destination.name(), route.eventType()));
        }
    }
}
