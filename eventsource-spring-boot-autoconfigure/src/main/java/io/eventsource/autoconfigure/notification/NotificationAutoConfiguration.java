package io.eventsource.autoconfigure.notification;

import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.autoconfigure.pool.PoolProperties;
import io.eventsource.autoconfigure.subscription.SubscriptionProperties;
import io.eventsource.store.SignalRelaySettings;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.EventStore;
import io.eventsource.store.LogSignal;
import io.eventsource.store.SignalRelay;
import io.eventsource.time.Clocks;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** Tells other instances of commits, and hears of theirs. */
@AutoConfiguration(after = EventStoreAutoConfiguration.class)
@ConditionalOnBean(EventStore.class)
@ConditionalOnProperty(name = "eventsource.subscriptions.wake-up", havingValue = "notify", matchIfMissing = true)
@EnableConfigurationProperties({SubscriptionProperties.class, PoolProperties.class})
public final class NotificationAutoConfiguration {

    /** Creates the configuration. */
    public NotificationAutoConfiguration() {}

    @Bean
    @Conditional(OnNotifications.class)
    @ConditionalOnMissingBean
    SignalRelay eventSignalRelay(
            DataSource dataSource,
            ObjectProvider<JdbcConnectionDetails> details,
            EventSourceSchema schema,
            LogSignal signal,
            SubscriptionProperties properties,
            Clocks clocks) {
        CustomizableThreadFactory threads = new CustomizableThreadFactory("eventsource-");
        // a driver that waits for a dead server cannot be interrupted, and must not keep the JVM
        threads.setDaemon(true);
        return new SignalRelay(
                RelayConnections.beside(
                        dataSource,
                        details.getIfUnique(),
                        properties.directUrl()),
                schema,
                signal,
                new SignalRelaySettings(properties.enabled(), properties.notifyInterval(), properties.heartbeat()),
                UUID.randomUUID(),
                threads,
                clocks.wall());
    }

    @Bean
    @Conditional(OnNotifications.class)
    SignalRelayLifecycle signalRelayLifecycle(SignalRelay relay) {
        return new SignalRelayLifecycle(relay);
    }

    @Bean
    PollingNotice eventPollingNotice(PoolProperties pool, SubscriptionProperties properties) {
        return new PollingNotice(pool.pooler(), properties);
    }
}
