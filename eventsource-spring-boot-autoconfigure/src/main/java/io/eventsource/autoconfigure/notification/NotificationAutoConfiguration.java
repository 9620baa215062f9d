package io.eventsource.autoconfigure.notification;

import io.eventsource.autoconfigure.pool.ConnectionsBesidePool;
import io.eventsource.autoconfigure.pool.DatabaseReach;
import io.eventsource.autoconfigure.pool.PoolProperties;
import io.eventsource.autoconfigure.pool.StoreDataSource;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.autoconfigure.subscription.SubscriptionProperties;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.signal.LogSignal;
import io.eventsource.signal.SignalRelay;
import io.eventsource.store.EventStore;
import io.eventsource.time.Clocks;
import java.util.UUID;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** Tells other instances of commits, and hears of theirs. */
@AutoConfiguration(after = EventStoreAutoConfiguration.class)
@ConditionalOnBean(EventStore.class)
// bound where it is switched off too, so that a wrong value is told
@EnableConfigurationProperties({NotificationProperties.class, SubscriptionProperties.class, PoolProperties.class})
public final class NotificationAutoConfiguration {

    /** Creates the configuration. */
    public NotificationAutoConfiguration() {}

    @Bean
    @ConditionalOnBooleanProperty(name = "eventsource.notifications.enabled", matchIfMissing = true)
    @Conditional(OnNotifications.class)
    @ConditionalOnMissingBean
    SignalRelay eventSignalRelay(
            StoreDataSource store,
            ObjectProvider<JdbcConnectionDetails> details,
            EventSourceSchema schema,
            LogSignal signal,
            NotificationProperties properties,
            SubscriptionProperties subscriptions,
            DatabaseReach reach,
            Clocks clocks) {
        CustomizableThreadFactory threads = new CustomizableThreadFactory("eventsource-");
        // a driver that waits for a dead server cannot be interrupted, and must not keep the JVM
        threads.setDaemon(true);
        return new SignalRelay(
                reach.counted(
                        ConnectionsBesidePool.beside(store.dataSource(), details.getIfUnique(), properties.url())),
                schema,
                signal,
                properties.settings(subscriptions.enabled()),
                UUID.randomUUID(),
                threads,
                clocks.wall());
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "eventsource.notifications.enabled", matchIfMissing = true)
    @Conditional(OnNotifications.class)
    SignalRelayLifecycle signalRelayLifecycle(SignalRelay relay) {
        return new SignalRelayLifecycle(relay);
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "eventsource.notifications.enabled", matchIfMissing = true)
    PollingNotice eventPollingNotice(
            PoolProperties pool, NotificationProperties properties, SubscriptionProperties subscriptions) {
        return new PollingNotice(
                pool.pooler().sharesSessions() && properties.url() == null, subscriptions.pollInterval());
    }
}
