package io.eventsource.autoconfigure.health;

import io.eventsource.autoconfigure.lifecycle.SubscriptionThreads;
import io.eventsource.autoconfigure.notification.NotificationAutoConfiguration;
import io.eventsource.autoconfigure.subscription.SubscriptionAutoConfiguration;
import io.eventsource.autoconfigure.subscription.SubscriptionProperties;
import io.eventsource.log.HighWaterMark;
import io.eventsource.signal.SignalRelay;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.time.Clocks;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Reports how well each subscription is and whether the log is followed, where Actuator is present and subscriptions are driven. */
@AutoConfiguration(after = {SubscriptionAutoConfiguration.class, NotificationAutoConfiguration.class})
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(SubscriptionManager.class)
@EnableConfigurationProperties(HealthProperties.class)
public final class SubscriptionHealthAutoConfiguration {

    /** Creates the configuration. */
    public SubscriptionHealthAutoConfiguration() {}

    @Bean
    RecentErrors eventsourceRecentErrors(Clocks clocks) {
        return new RecentErrors(clocks.ticker());
    }

    @Bean
    HighWaterMarkWatch eventsourceHighWaterMarkWatch(
            SubscriptionManager manager, HealthProperties health, SubscriptionProperties properties) {
        Duration silence = health.log().silenceThreshold(Objects.requireNonNull(properties.pollInterval()));
        return new HighWaterMarkWatch(manager, silence);
    }

    @Bean
    GapHealth eventsourceGapHealth(
            HighWaterMark highWaterMark, HealthProperties health, Environment environment, Clocks clocks) {
        return new GapHealth(
                highWaterMark,
                new AnswerInTime<>(highWaterMark::writers, health.answerTimeout(), SubscriptionThreads.of(environment)),
                health.log().stallThreshold(),
                clocks.ticker());
    }

    @Bean
    SubscriptionsHealth eventsourceSubscriptionsHealth(
            SubscriptionManager manager,
            HighWaterMarkWatch mark,
            GapHealth gap,
            RecentErrors errors,
            HealthProperties health,
            Clocks clocks) {
        return new SubscriptionsHealth(manager, mark, gap, errors, health, clocks.wall());
    }

    @Bean
    @ConditionalOnEnabledHealthIndicator("subscriptions")
    @ConditionalOnMissingBean(name = "subscriptionsHealthContributor")
    CompositeHealthContributor subscriptionsHealthContributor(SubscriptionsHealth subscriptions) {
        Map<String, HealthIndicator> byName = new LinkedHashMap<>();
        // a slash would be taken for the way to a part of it
        subscriptions.names().forEach(name -> byName.put(name.replace('/', '.'), () -> subscriptions.health(name)));
        return CompositeHealthContributor.fromMap(byName);
    }

    @Bean
    @ConditionalOnEnabledHealthIndicator("eventsource-log")
    @ConditionalOnMissingBean(name = "eventsourceLogHealthIndicator")
    LogHealthIndicator eventsourceLogHealthIndicator(
            HighWaterMark highWaterMark,
            HighWaterMarkWatch watch,
            GapHealth gap,
            ObjectProvider<SignalRelay> relay,
            HealthProperties health,
            Clocks clocks) {
        return new LogHealthIndicator(
                highWaterMark,
                watch,
                gap,
                relay.getIfAvailable(),
                health.errors().window(),
                clocks.ticker());
    }
}
