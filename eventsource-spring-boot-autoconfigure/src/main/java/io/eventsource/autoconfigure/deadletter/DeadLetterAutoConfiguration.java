package io.eventsource.autoconfigure.deadletter;

import io.eventsource.autoconfigure.lifecycle.HurriedStop;
import io.eventsource.autoconfigure.lifecycle.ShutdownProperties;
import io.eventsource.autoconfigure.lifecycle.SubscriptionThreads;
import io.eventsource.autoconfigure.pool.StoreDataSource;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.autoconfigure.store.ObservationProperties;
import io.eventsource.autoconfigure.subscription.SubscriptionAutoConfiguration;
import io.eventsource.autoconfigure.subscription.SubscriptionProperties;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.error.ErrorListener;
import io.eventsource.error.ErrorListeners;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.observation.EventSourceObservations;
import io.eventsource.projection.HandlerInterceptor;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.EventStore;
import io.eventsource.subscription.ErrorHandling;
import io.eventsource.subscription.SubscriptionManager;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** What becomes of events that cannot be handled: how errors are taken, and the dead-letter queue. */
@AutoConfiguration(after = {EventStoreAutoConfiguration.class, SubscriptionAutoConfiguration.class})
@ConditionalOnBean(EventStore.class)
@EnableConfigurationProperties({
    ErrorProperties.class,
    DeadLetterProperties.class,
    SubscriptionProperties.class,
    ShutdownProperties.class
})
public final class DeadLetterAutoConfiguration {

    /** Creates the configuration. */
    public DeadLetterAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    ErrorClassifier eventSourceErrorClassifier() {
        return ErrorClassifier.standard();
    }

    @Bean
    @ConditionalOnMissingBean
    ErrorListeners eventSourceErrorListeners() {
        return new ErrorListeners(List.of());
    }

    @Bean
    ErrorListenerBeans eventSourceErrorListenerBeans(ErrorListeners listeners, ObjectProvider<ErrorListener> beans) {
        return new ErrorListenerBeans(listeners, beans);
    }

    @Bean
    @ConditionalOnMissingBean
    ErrorHandling eventSourceErrorHandling(
            ErrorClassifier classifier,
            ErrorListeners listeners,
            ErrorProperties properties,
            DeadLetterProperties deadLetters) {
        return new ErrorHandling(
                properties.classify(classifier),
                listeners,
                deadLetters.automaticRetry().settings());
    }

    @Bean
    @ConditionalOnMissingBean
    DeadLetterRepository deadLetterRepository(StoreDataSource store, EventSourceSchema schema) {
        return DeadLetterRepository.postgres(store.dataSource(), schema);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean(SubscriptionManager.class)
    DeadLetterReplay deadLetterReplay(
            SubscriptionManager manager,
            ObjectProvider<ReplaySource> sources,
            EventDatabase database,
            ErrorHandling errors,
            DeadLetterProperties properties,
            EventSourceObservations observations,
            ObservationProperties observed) {
        List<DeadLetterReplay.Target> targets = new ArrayList<>(manager.replayTargets());
        sources.orderedStream().forEach(source -> targets.addAll(source.replayTargets()));
        if (observed.replay()) {
            targets.replaceAll(target -> new DeadLetterReplay.Target(
                    HandlerInterceptor.intercept(target.handlers(), List.of(observations.replays())),
                    target.transactionManager(),
                    target.bounds()));
        }
        return new DeadLetterReplay(targets, database, errors.classifier(), properties.replaySettings());
    }

    @Bean
    @ConditionalOnBean(SubscriptionManager.class)
    DeadLetterLifecycle deadLetterLifecycle(
            ApplicationContext context,
            SubscriptionManager manager,
            ObjectProvider<ReplaySource> sources,
            DeadLetterReplay replay,
            DeadLetterRepository repository,
            DeadLetterProperties properties,
            HurriedStop hurried,
            Environment environment) {
        return new DeadLetterLifecycle(
                context,
                new DeadLetterWork(manager, sources.orderedStream().toList(), replay, repository),
                properties,
                hurried,
                SubscriptionThreads.of(environment));
    }
}
