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
 * @param autoStartup whether {@link SubscriptionManager#start()} starts it; others are started by name
 */
public record SubscriptionDefinition(
        EventHandlers handlers,
        SubscriptionSettings settings,
        @Nullable PlatformTransactionManager transactionManager,
        boolean autoStartup) {

    /**
     * Checks the handlers.
     *
     * @throws io.eventsource.InvalidDeclarationException when a proxy would take them out of their batch, see {@link EventHandlers#requireInsideBatch}
     */
    public SubscriptionDefinition {
        EventHandlers.requireInsideBatch(handlers);
    }

    /**
     * A subscription that starts by itself.
     *
     * @param handlers as for the record
     * @param settings as for the record
     * @param transactionManager as for the record
     */
    public SubscriptionDefinition(
            EventHandlers handlers,
            SubscriptionSettings settings,
            @Nullable PlatformTransactionManager transactionManager) {
        this(handlers, settings, transactionManager, true);
    }

    String name() {
        return handlers.name();
    }
}
