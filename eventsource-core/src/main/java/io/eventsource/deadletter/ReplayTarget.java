package io.eventsource.deadletter;

import io.eventsource.projection.EventHandlers;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * A projection whose dead letters can be handled again.
 *
 * @param handlers what handles the events
 * @param transactionManager begins the transactions in which they are handled, as for the projection's subscription: with exactly-once
 *     delivery it must govern the event store's data source; with at-least-once delivery null means no transaction
 * @param bounds how long each may take
 */
public record ReplayTarget(
        EventHandlers handlers, @Nullable PlatformTransactionManager transactionManager, Bounds bounds) {

    /**
     * A projection whose handlers may take as long as they do.
     *
     * @param handlers as for the record
     * @param transactionManager as for the record
     */
    public ReplayTarget(EventHandlers handlers, @Nullable PlatformTransactionManager transactionManager) {
        this(handlers, transactionManager, Bounds.NONE);
    }

    /** What keeps the handling of a dead letter or a message from going on for ever and from holding locks while its client is silent. */
    @FunctionalInterface
    public interface Bounds {

        /** Handling may take as long as it does. */
        Bounds NONE = Runnable::run;

        /**
         * Handles a dead letter or messages, in the transaction of the event store's data source that is to close or record them.
         *
         * @param handling what to run, in this thread
         * @throws RuntimeException what the handling throws, or that it has taken too long
         */
        void run(Runnable handling);
    }
}
