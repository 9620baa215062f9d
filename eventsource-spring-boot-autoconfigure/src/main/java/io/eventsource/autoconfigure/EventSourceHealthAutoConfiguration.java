package io.eventsource.autoconfigure;

import io.eventsource.schema.EventSourceSchema;
import io.eventsource.schema.SchemaInspector;
import io.eventsource.schema.SchemaMigrator;
import io.eventsource.store.EventStore;
import io.eventsource.store.LogHead;
import io.eventsource.store.SignalRelay;
import io.eventsource.subscription.SubscriptionManager;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;

/** Reports the library's health where Actuator is present. */
@AutoConfiguration(
        after = {EventStoreAutoConfiguration.class, SubscriptionAutoConfiguration.class, WakeUpAutoConfiguration.class})
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(EventStore.class)
@ConditionalOnEnabledHealthIndicator("eventsource")
public final class EventSourceHealthAutoConfiguration {

    /** Creates the configuration. */
    public EventSourceHealthAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = "eventsourceHealthIndicator")
    EventSourceHealthIndicator eventsourceHealthIndicator(
            DataSource dataSource,
            EventSourceSchema schema,
            LogHead logHead,
            ObjectProvider<SubscriptionManager> manager,
            ObjectProvider<SignalRelay> relay,
            EventSourceProperties properties,
            ObjectProvider<Clock> clock) {
        return new EventSourceHealthIndicator(
                new SchemaInspector(new JdbcTemplate(dataSource), schema),
                SchemaMigrator.requiredVersion(),
                new HoleHealth(
                        logHead, properties.subscriptions().stallThreshold(), clock.getIfUnique(Clock::systemUTC)),
                manager.getIfAvailable(),
                relay.getIfAvailable());
    }
}
