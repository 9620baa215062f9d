package io.eventsource.autoconfigure.pool;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.jdbc.EventSourceDataSource;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.signal.SignalRelay;
import io.eventsource.subscription.SubscriptionManager;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/** Counts what the store's HikariCP pool cannot open, and reports how it is set and whether the server has enough connections for all instances. */
@AutoConfiguration(after = DataSourceAutoConfiguration.class)
@ConditionalOnClass(HikariDataSource.class)
@Conditional(OnStorePool.class)
@ConditionalOnBooleanProperty(
        name = {"eventsource.enabled", "eventsource.pool.enabled"},
        matchIfMissing = true)
@EnableConfigurationProperties(PoolProperties.class)
public final class PoolAutoConfiguration {

    /** Of the library's own, beside the pool: one that sends notifications, and one that listens where projections run. */
    private static final int SENDER = 1;

    private static final int LISTENER = 1;

    /** Creates the configuration. */
    public PoolAutoConfiguration() {}

    @Bean
    static CountedPool eventSourceCountedPool(ConfigurableListableBeanFactory beanFactory) {
        return new CountedPool(beanFactory);
    }

    @Bean
    PoolReport eventSourcePoolReport(
            @EventSourceDataSource ObjectProvider<HikariDataSource> marked,
            ObjectProvider<HikariDataSource> pools,
            ObjectProvider<EventSourceSchema> schema,
            PoolProperties properties,
            ObjectProvider<SignalRelay> relay,
            ObjectProvider<SubscriptionManager> manager) {
        HikariDataSource pool = OnStorePool.pool(marked, pools);
        return new PoolReport(
                pool,
                properties.instances(),
                properties.pooler(),
                () -> besides(relay.getIfAvailable(), manager.getIfAvailable()),
                () -> others(pool, schema, manager.getIfAvailable()));
    }

    private static int besides(@Nullable SignalRelay relay, @Nullable SubscriptionManager manager) {
        return relay == null ? 0 : manager == null ? SENDER : SENDER + LISTENER;
    }

    /** An instance that drives no subscriptions may have no right to look. */
    private static int others(
            HikariDataSource pool, ObjectProvider<EventSourceSchema> schema, @Nullable SubscriptionManager manager) {
        return manager == null
                ? 0
                : LiveInstances.besides(
                        pool, schema.getObject(), manager.instance().id());
    }
}
