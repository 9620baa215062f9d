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
        EventHandlers handlers, @Nullable PlatformTransactionManager transactionManager, ReplayBounds bounds) {

    /**
     * A projection whose handlers may take as long as they do.
     *
     * @param handlers as for the record
     * @param transactionManager as for the record
     */
    public ReplayTarget(EventHandlers handlers, @Nullable PlatformTransactionManager transactionManager) {
        this(handlers, transactionManager, ReplayBounds.NONE);
    }
}
