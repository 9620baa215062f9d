package io.eventsource.autoconfigure.outbox;

import io.eventsource.autoconfigure.subscription.HandlerContributor;
import io.eventsource.event.EventCodec;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.Publisher;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.projection.EventHandlers;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.context.ApplicationEventPublisher;

/** The handlers of all destinations, which subscriptions drive like those of projections. */
final class OutboxHandlers implements HandlerContributor {

    private final List<ConfiguredDestination> destinations;
    private final OutboxTransports transports;
    private final EventCodec codec;
    private final PayloadSerializer serializer;
    private final ApplicationEventPublisher applicationEvents;
    private final TransportDecorator observed;

    /** Puts around the transport of a destination what observes it. */
    @FunctionalInterface
    interface TransportDecorator {
        MessageTransport around(String destination, MessageTransport transport);
    }

    OutboxHandlers(
            List<ConfiguredDestination> destinations,
            OutboxTransports transports,
            EventCodec codec,
            PayloadSerializer serializer,
            ApplicationEventPublisher applicationEvents,
            TransportDecorator observed) {
        this.destinations = destinations;
        this.transports = transports;
        this.codec = codec;
        this.serializer = serializer;
        this.applicationEvents = applicationEvents;
        this.observed = observed;
    }

    List<ConfiguredDestination> destinations() {
        return destinations;
    }

    /** Starts the transports. */
    @Override
    public List<Contribution> contribute() {
        return published()
                .map(each -> new Contribution(
                        handlers(each), each.startFrom(), OutboxProperties.property(each.name()) + "start-from"))
                .toList();
    }

    /** Destinations that this application serves. */
    Stream<ConfiguredDestination> published() {
        return destinations.stream().filter(each -> !each.relayed());
    }

    /** Names of destinations that somebody else serves. */
    Set<String> relayed() {
        return destinations.stream()
                .filter(ConfiguredDestination::relayed)
                .map(ConfiguredDestination::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The names in the store of what leaves for a destination. */
    Set<String> storedNames(ConfiguredDestination destination) {
        return destination.destination().storedNames(codec);
    }

    private EventHandlers handlers(ConfiguredDestination each) {
        return each.inside()
                ? Publisher.toListeners(each.subscription(), each.destination().eventTypes(), applicationEvents)
                : new Publisher(
                        each.destination(), codec, serializer, observed.around(each.name(), transports.of(each)));
    }
}
