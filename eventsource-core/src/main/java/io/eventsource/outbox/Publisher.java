package io.eventsource.outbox;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.StoredEvent;
import io.eventsource.outbox.MessageTransport.BrokerUnavailableException;
import io.eventsource.outbox.MessageTransport.MessageRefusedException;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.MessageTransport.SendOutcome.Refused;
import io.eventsource.outbox.MessageTransport.SendOutcome.Unavailable;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes what a {@link Destination} says: the handlers of a subscription, which send a batch and return when the broker has
 * acknowledged all of it. Only then the checkpoint moves.
 *
 * <ol>
 *   <li>What is appended is published, also after a crash: at least once, with the same id and source each time.
 *   <li>A broker that is away, or does not answer within the subscription's processing timeout, is an error of the infrastructure:
 *       nothing is parked, the circuit breaker opens, and the subscription goes on where it was.
 *   <li>A message that is refused for its own sake, or that cannot be made of its event, goes to the dead-letter queue, and later events of its aggregate
 *       are put behind it; others go on. Handled again there, it is sent before those.
 *   <li>A batch that fails is retried event by event. Receivers may thus see messages again that they have, never for the first time a
 *       later one of a key before an earlier one.
 * </ol>
 *
 * <p>The order of a key holds where all its events are of one aggregate, as with the default key. With a key that several
 * aggregates share it holds if the subscription has one segment, and nothing in the dead-letter queue: there order is
 * kept by aggregate.
 *
 * <p>Undecoded, so that an event without a mapping needs no class. Thread-safe.
 */
public final class Publisher implements EventHandlers {

    /** What the names of all publishers' checkpoints begin with. */
    public static final String NAME_PREFIX = "outbox:";

    private final Destination destination;
    private final MessageMapper mapper;
    private final MessageTransport transport;

    /**
     * Creates a publisher. Nothing is sent yet.
     *
     * @param destination which events leave, and as what
     * @param codec decodes events whose payload is mapped
     * @param serializer writes mapped payloads
     * @param transport carries the messages; not closed by the publisher
     */
    public Publisher(
            Destination destination, EventCodec codec, PayloadSerializer serializer, MessageTransport transport) {
        this.destination = destination;
        this.mapper = new MessageMapper(destination, codec, serializer);
        this.transport = transport;
    }

    /**
     * Handlers that deliver events inside the application, as Spring's application events: each first as the event itself, then as
     * its {@link EventEnvelope}. A listener takes the one or the other. Listeners are called in the transaction that moves the
     * checkpoint, in position order, one event at a time.
     *
     * @param name what the checkpoint is kept under
     * @param eventTypes the types to publish, by their names, at least one
     * @param listeners the application context
     * @return the handlers, thread-safe as far as the listeners are
     */
    public static EventHandlers toListeners(String name, Set<String> eventTypes, ApplicationEventPublisher listeners) {
        return new ApplicationEvents(name, eventTypes, listeners);
    }

    /** The name of the checkpoint: the destination's with {@link #NAME_PREFIX}, so that it is nobody else's. */
    @Override
    public String name() {
        return NAME_PREFIX + destination.name();
    }

    /** All names under which events that leave may be stored. */
    @Override
    public Set<String> eventTypes() {
        return mapper.storedNames();
    }

    @Override
    public boolean undecoded() {
        return true;
    }

    @Override
    public Delivery delivery() {
        return Delivery.AT_LEAST_ONCE;
    }

    @Override
    public void handle(EventEnvelope<Object> event) {
        handleAll(List.of(event));
    }

    /**
     * Sends the messages of some events and waits for the broker.
     *
     * @param events undecoded events in position order
     * @throws MessageRefusedException when a message is refused for its own sake
     * @throws BrokerUnavailableException when the broker is away; any of the messages may have arrived
     * @throws RuntimeException when an event cannot be made a message; then nothing was sent
     */
    @Override
    public void handleAll(List<EventEnvelope<Object>> events) {
        List<OutgoingMessage> messages = events.stream()
                .flatMap(event -> mapper.map((StoredEvent) event.payload()).stream())
                .toList();
        if (messages.isEmpty()) {
            return;
        }
        List<SendOutcome> outcomes = send(messages);
        if (outcomes.size() != messages.size()) {
            throw new IllegalStateException("%s answered to %d of %d messages. It must say of each what became of it."
                    .formatted(transport.getClass().getName(), outcomes.size(), messages.size()));
        }
        requireAcknowledged(events, messages, outcomes);
    }

    private List<SendOutcome> send(List<OutgoingMessage> messages) {
        try {
            return transport.send(messages);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new BrokerUnavailableException(destination.name(), messages.get(0), interrupted);
        }
    }

    /** Says to whoever gave the events which of them has failed. */
    private static void takeLast(List<EventEnvelope<Object>> events, long position) {
        boolean unused = events.stream().anyMatch(event -> event.position() == position);
    }

    /** A broker that is away comes first: what it refused is refused again when it is there. */
    private void requireAcknowledged(
            List<EventEnvelope<Object>> events, List<OutgoingMessage> messages, List<SendOutcome> outcomes) {
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof Unavailable unavailable) {
                throw new BrokerUnavailableException(destination.name(), messages.get(i), unavailable.cause());
            }
        }
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof Refused refused) {
                takeLast(events, messages.get(i).position());
                throw new MessageRefusedException(destination.name(), messages.get(i), refused.cause());
            }
        }
        IntStream.range(0, outcomes.size())
                .filter(i -> !outcomes.get(i).acknowledged())
                .findFirst()
                .ifPresent(i -> {
                    throw new IllegalStateException("%s held back %s behind nothing"
                            .formatted(
                                    transport.getClass().getName(),
                                    messages.get(i).id()));
                });
    }
}
