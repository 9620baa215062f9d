package io.eventsource.outbox;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import java.util.Set;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.core.ResolvableType;

/**
 * Delivers events inside the application, as Spring's application events: each first as the event itself, then as its
 * {@link EventEnvelope}. A listener takes the one or the other.
 *
 * <p>Driven by a subscription, like any handlers: after the append has committed, in position order, one event at a time, in the
 * transaction that moves the checkpoint. What that means for listeners:
 *
 * <ul>
 *   <li>{@code @EventListener} is called in the batch's transaction, by the subscription's thread. What it writes to the same database
 *       takes effect exactly once. When it throws, the batch is rolled back and retried: it fails the subscription, and holds back
 *       all other listeners of this one.
 *   <li>{@code @TransactionalEventListener} refers to the batch's transaction, not to the one that appended. With
 *       {@code BEFORE_COMMIT} it is called at the batch's end, in its transaction, and fails it. With {@code AFTER_COMMIT}, which is the
 *       default, and with {@code AFTER_COMPLETION} it is called after the batch and its checkpoint have committed: Spring
 *       logs what it throws, and a crash in between loses the call. It thus happens at most once. With {@code AFTER_ROLLBACK} it is called
 *       for each attempt that fails behind it; a listener that fails before it was its turn keeps it from that.
 *   <li>{@code @Async}, and an application event multicaster with an executor, leave the transaction: at most once too.
 * </ul>
 *
 * <p>Listeners of one JVM only: with several instances, the one that handles the batch calls its own. Thread-safe as far as the
 * listeners are.
 */
final class ApplicationEvents implements EventHandlers {

    private final String name;
    private final Set<String> eventTypes;
    private final ApplicationEventPublisher publisher;

    ApplicationEvents(String name, Set<String> eventTypes, ApplicationEventPublisher publisher) {
        this.name = name;
        this.eventTypes = Set.copyOf(eventTypes);
        this.publisher = publisher;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<String> eventTypes() {
        return eventTypes;
    }

    @Override
    public void handle(EventEnvelope<Object> event) {
        publisher.publishEvent(event.payload());
        // the type of the payload is erased, and listeners are chosen by it
        publisher.publishEvent(new PayloadApplicationEvent<>(
                this,
                event,
                ResolvableType.forClassWithGenerics(
                        EventEnvelope.class, event.payload().getClass())));
    }
}
