package io.eventsource.projection;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.context.MetadataContext;
import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers.Delivery;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Something that handles events of some types under a name: what a subscription drives. Called by several threads at a time
 * when the subscription has several segments, never for the same aggregate.
 */
public interface EventHandlers {

    /**
     * The name that the checkpoint is kept under.
     *
     * @return the name
     */
    String name();

    /**
     * The types of the events to deliver, by their names or aliases. What is stored under another of their names, and
     * older events that upcasters lead to these types, are delivered too; no other event is even read.
     *
     * @return the names, not empty and always the same
     */
    Set<String> eventTypes();

    /**
     * Whether events are delivered as they are stored: undecoded, the payload of each envelope being its
     * {@link io.eventsource.event.StoredEvent}. The types are then the names in the store, upcasters see nothing, and no class need
     * be registered.
     *
     * @return false, unless this is overridden; always the same
     */
    default boolean undecoded() {
        return false;
    }

    /**
     * Handles one event, or one part of an event that upcasters split, in the transaction of the calling thread.
     *
     * @param event an event of one of the types
     * @throws RuntimeException when the event cannot be handled; the transaction is rolled back
     */
    void handle(EventEnvelope<Object> event);

    /**
     * Handles a batch, in the transaction of the calling thread: event by event, unless this is overridden. What the handling
     * of an event appends inherits its metadata from that event.
     *
     * <p>When this throws, the event that was last taken from the list is presumed to have failed: those before it are given
     * once more without it, then it alone. Handlers that take all events before they begin may take the one that failed once more before they
     * throw; otherwise it is searched for by halves.
     *
     * @param events events of the types in position order, at least one
     * @throws RuntimeException when one of them cannot be handled; the transaction is rolled back
     */
    default void handleAll(List<EventEnvelope<Object>> events) {
        events.forEach(event -> MetadataContext.runCausedBy(event, () -> handle(event)));
    }

    /**
     * How often the effect of an event takes place when something fails in between.
     *
     * @return exactly once, unless this is overridden
     */
    default Delivery delivery() {
        return Delivery.EXACTLY_ONCE;
    }

    /**
     * Which transaction manager begins the transactions in which events are handled.
     *
     * @return the name of a bean; null for the application's only or primary one, or with at-least-once delivery for no
     *     transaction
     */
    default @Nullable String transactionManager() {
        return null;
    }

    /**
     * What empties the read model before a rebuild, in the transaction that sets the checkpoint back.
     *
     * @return the action, or null when there is none, so that nothing can be rebuilt
     */
    default @Nullable Runnable resetHandler() {
        return null;
    }

    /**
     * How often an event that these handlers cannot handle is tried again before it is parked, in place of what holds for all
     * subscriptions. What is set for this subscription by its name goes before.
     *
     * @return 0 to 1,000, always the same; null for what holds for all
     */
    default @Nullable Integer maxRetries() {
        return null;
    }

    /**
     * The pause after an event has failed for the first time, in place of what holds for all subscriptions. What is set for this
     * subscription by its name goes before.
     *
     * @return 1 ms or more, always the same; null for what holds for all
     */
    default @Nullable Duration retryDelay() {
        return null;
    }

    /**
     * The feed whose messages are handled, in place of the events in the application's own log.
     *
     * @return the feed's name, always the same; null for the log
     */
    default @Nullable String feed() {
        return null;
    }

    /**
     * Looks at {@link #handle} and {@link #handleAll} of a bean and at the interceptors of its proxies. Whatever drives handlers does this before.
     *
     * @param handlers the bean, possibly a proxy of its class
     * @param <T> its type
     * @return the same bean
     * @throws InvalidDeclarationException when a batch would be handled in another thread or transaction, repeated within its transaction, or
     *     left out
     */
    static <T extends EventHandlers> T requireInsideBatch(T handlers) {
        return InsideBatch.require(handlers);
    }

    /** How often the effect of an event takes place when something fails in between. */
    public enum Delivery {

        /**
         * What the handlers write and the checkpoint commit in one transaction on the event store's data source, so that each
         * event takes effect exactly once. Whatever else a handler does (mail, a broker, another database) may happen again.
         */
        EXACTLY_ONCE,

        /**
         * The handlers write elsewhere, and the checkpoint follows in a transaction of its own: after a failure or a crash events
         * behind the checkpoint are handled again. Handlers recognise one that comes again by the event's id.
         */
        AT_LEAST_ONCE
    }

    /** Handlers around other handlers: whatever is not overridden is the others'. */
    public abstract static class Decorator implements EventHandlers {

        private final EventHandlers handlers;

        /**
         * Creates a decorator.
         *
         * @param handlers the handlers that it stands for
         * @throws InvalidDeclarationException when their proxy would take them out of their batch
         */
        protected Decorator(EventHandlers handlers) {
            this.handlers = InsideBatch.require(handlers);
        }

        @Override
        public String name() {
            return handlers.name();
        }

        @Override
        public Set<String> eventTypes() {
            return handlers.eventTypes();
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            handlers.handle(event);
        }

        @Override
        public void handleAll(List<EventEnvelope<Object>> events) {
            handlers.handleAll(events);
        }

        @Override
        public Delivery delivery() {
            return handlers.delivery();
        }

        @Override
        public @Nullable String transactionManager() {
            return handlers.transactionManager();
        }

        @Override
        public @Nullable Runnable resetHandler() {
            return handlers.resetHandler();
        }

        @Override
        public @Nullable Integer maxRetries() {
            return handlers.maxRetries();
        }

        @Override
        public @Nullable Duration retryDelay() {
            return handlers.retryDelay();
        }

        @Override
        public @Nullable String feed() {
            return handlers.feed();
        }

        @Override
        public boolean undecoded() {
            return handlers.undecoded();
        }
    }
}
