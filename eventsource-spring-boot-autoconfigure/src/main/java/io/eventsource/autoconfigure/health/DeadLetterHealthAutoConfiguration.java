package io.eventsource.autoconfigure.health;

import io.eventsource.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.eventsource.autoconfigure.lifecycle.SubscriptionThreads;
import io.eventsource.deadletter.DeadLetterRepository;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Reports how many dead letters are open, where Actuator is present. */
@AutoConfiguration(after = DeadLetterAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(DeadLetterRepository.class)
@ConditionalOnEnabledHealthIndicator("eventsource-dead-letters")
@EnableConfigurationProperties(HealthProperties.class)
public final class DeadLetterHealthAutoConfiguration {

    /** Creates the configuration. */
    public DeadLetterHealthAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = "eventsourceDeadLettersHealthIndicator")
    DeadLetterHealthIndicator eventsourceDeadLettersHealthIndicator(
            DeadLetterRepository repository, HealthProperties health, Environment environment) {
        return new DeadLetterHealthIndicator(
                new AnswerInTime<>(repository::statistics, health.answerTimeout(), SubscriptionThreads.of(environment)),
                health.deadLetters().threshold());
    }
}
