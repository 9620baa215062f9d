package io.eventsource.autoconfigure.health;

import io.eventsource.autoconfigure.outbox.OutboxAutoConfiguration;
import io.eventsource.autoconfigure.subscription.SubscriptionAutoConfiguration;
import io.eventsource.outbox.Outbox;
import io.eventsource.subscription.SubscriptionManager;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Reports whether events leave, where Actuator is present. */
@AutoConfiguration(after = {OutboxAutoConfiguration.class, SubscriptionAutoConfiguration.class})
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(Outbox.class)
@ConditionalOnEnabledHealthIndicator("eventsource-outbox")
@EnableConfigurationProperties(HealthProperties.class)
public final class OutboxHealthAutoConfiguration {

    /** Creates the configuration. */
    public OutboxHealthAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = "eventsourceOutboxHealthIndicator")
    OutboxHealthIndicator eventsourceOutboxHealthIndicator(
            Outbox outbox, ObjectProvider<SubscriptionManager> manager, HealthProperties properties) {
        return new OutboxHealthIndicator(outbox, manager.getIfAvailable(), properties.outbox());
    }
}
