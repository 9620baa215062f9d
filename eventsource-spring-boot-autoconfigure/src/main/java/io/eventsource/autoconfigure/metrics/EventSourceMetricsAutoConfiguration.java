package io.eventsource.autoconfigure.metrics;

import io.eventsource.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.eventsource.autoconfigure.lifecycle.SubscriptionThreads;
import io.eventsource.autoconfigure.notification.NotificationAutoConfiguration;
import io.eventsource.autoconfigure.pool.DatabaseReach;
import io.eventsource.autoconfigure.subscription.SubscriptionAutoConfiguration;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.log.HighWaterMark;
import io.eventsource.signal.SignalRelay;
import io.eventsource.subscription.SubscriptionManager;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Measures the log, subscriptions and dead letters where Micrometer is present and this instance drives subscriptions, which look at the log. */
@AutoConfiguration(
        after = {
            SubscriptionAutoConfiguration.class,
            NotificationAutoConfiguration.class,
            DeadLetterAutoConfiguration.class
        })
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBean(SubscriptionManager.class)
public final class EventSourceMetricsAutoConfiguration {

    /** Creates the configuration. */
    public EventSourceMetricsAutoConfiguration() {}

    @Bean
    LogMetrics eventLogMetrics(HighWaterMark highWaterMark, ObjectProvider<SignalRelay> relay, DatabaseReach reach) {
        return new LogMetrics(highWaterMark, relay.getIfAvailable(), reach);
    }

    @Bean
    SubscriptionMetrics eventSubscriptionMetrics(SubscriptionManager manager) {
        return new SubscriptionMetrics(manager, manager.errors());
    }

    @Bean
    DeadLetterMetrics eventDeadLetterMetrics(DeadLetterRepository repository, Environment environment) {
        return new DeadLetterMetrics(repository, SubscriptionThreads.of(environment));
    }
}
