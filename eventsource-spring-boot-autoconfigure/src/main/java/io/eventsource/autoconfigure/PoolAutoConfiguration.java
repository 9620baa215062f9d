package io.eventsource.autoconfigure;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.capacity.LiveInstances;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.EventStore;
import io.eventsource.store.SignalRelay;
import io.eventsource.subscription.SubscriptionManager;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/** Reports how the store's HikariCP pool is set and whether the server has enough connections for all instances. */
@AutoConfiguration(after = {EventStoreAutoConfiguration.class, WakeUpAutoConfiguration.class})
@ConditionalOnClass(HikariDataSource.class)
@ConditionalOnBean(EventStore.class)
@ConditionalOnSingleCandidate(HikariDataSource.class)
@ConditionalOnBooleanProperty(name = "eventsource.pool.enabled", matchIfMissing = true)
public final class PoolAutoConfiguration {

    /** Of the library's own, beside the pool: one that sends notifications, and one that listens where projections run. */
    private static final int SENDER = 1;

    private static final int LISTENER = 1;

    /** Creates the configuration. */
    public PoolAutoConfiguration() {}

    @Bean
    PoolReport eventSourcePoolReport(
            HikariDataSource pool,
            EventSourceSchema schema,
            EventSourceProperties properties,
            ObjectProvider<SignalRelay> relay,
            ObjectProvider<SubscriptionManager> manager) {
        int listener = properties.subscriptions().enabled() ? LISTENER : 0;
        return new PoolReport(
                pool,
                properties.pool().instances(),
                properties.pool().pooler(),
                relay.getIfAvailable() == null ? 0 : SENDER + listener,
                () -> others(pool, schema, manager.getIfAvailable()));
    }

    /** An instance that drives no subscriptions may have no right to look. */
    private static int others(HikariDataSource pool, EventSourceSchema schema, @Nullable SubscriptionManager manager) {
        return manager == null ? 0 : LiveInstances.besides(pool, schema, manager.instanceId());
    }
}
