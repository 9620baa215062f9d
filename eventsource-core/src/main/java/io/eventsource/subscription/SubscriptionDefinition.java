package io.eventsource.subscription;

import io.eventsource.projection.EventHandlers;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * A subscription before it is started.
 *
 * @param handlers what handles the events, under the name that the checkpoint is kept under
 * @param settings how to read and handle
 * @param transactionManager begins the transactions in which events are handled. With exactly-once delivery it must govern
 *     the event store's data source; with at-least-once delivery null means no transaction
 */
public record SubscriptionDefinition(
        EventHandlers handlers,
        SubscriptionSettings settings,
        @Nullable PlatformTransactionManager transactionManager) {

    String name() {
        return handlers.name();
    }
}
