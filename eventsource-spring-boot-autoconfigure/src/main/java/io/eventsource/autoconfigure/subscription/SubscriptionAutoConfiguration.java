package io.eventsource.autoconfigure.subscription;

import io.eventsource.autoconfigure.lifecycle.HurriedStop;
import io.eventsource.autoconfigure.lifecycle.ShutdownProperties;
import io.eventsource.autoconfigure.lifecycle.SubscriptionThreads;
import io.eventsource.autoconfigure.projection.BatchListener;
import io.eventsource.autoconfigure.projection.HandlerDecorators;
import io.eventsource.autoconfigure.projection.ProjectionBeans;
import io.eventsource.autoconfigure.projection.TransactionManagers;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.autoconfigure.store.ObservationProperties;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.log.HighWaterMark;
import io.eventsource.observation.EventSourceObservations;
import io.eventsource.projection.HandlerInterceptor;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStore;
import io.eventsource.subscription.ErrorHandling;
import io.eventsource.subscription.GracefulShutdown;
import io.eventsource.subscription.InstanceSettings;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionStatus;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.UUID;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Drives the application's projections through the log. */
@AutoConfiguration(
        after = {EventStoreAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class},
        afterName = "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration")
@ConditionalOnBean(EventStore.class)
@ConditionalOnBooleanProperty(name = "eventsource.subscriptions.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "eventsource.verify", havingValue = false, matchIfMissing = true)
@EnableConfigurationProperties({SubscriptionProperties.class, ShutdownProperties.class})
public final class SubscriptionAutoConfiguration {

    /** Creates the configuration. */
    public SubscriptionAutoConfiguration() {}

    @Bean
    SubscriptionStates subscriptionStates() {
        return new SubscriptionStates();
    }

    @Bean
    HandlerDecorators subscriptionHandlerDecorators(
            ObservationProperties properties,
            EventSourceObservations observations,
            SubscriptionStates states,
            ObjectProvider<HandlerInterceptor> interceptors,
            ObjectProvider<BatchListener> batches) {
        return new HandlerDecorators(properties, observations, states::of, interceptors, batches);
    }

    @Bean
    @ConditionalOnMissingBean
    SubscriptionManager subscriptionManager(
            ConfigurableListableBeanFactory beanFactory,
            EventDatabase database,
            HighWaterMark highWaterMark,
            LogSignal signal,
            SubscriptionProperties properties,
            ObjectProvider<SubscriptionStatus.Listener> listeners,
            ErrorHandling errors,
            Environment environment,
            SubscriptionStates states,
            HandlerDecorators decorators,
            ObjectProvider<HandlerContributor> contributors) {
        return SubscriptionManager.builder(database, highWaterMark, signal)
                .settings(instance(properties, environment))
                .threads(SubscriptionThreads.of(environment))
                .listener((name, from, to) -> {
                    states.stateChanged(name, to);
                    listeners.orderedStream().forEach(listener -> listener.stateChanged(name, from, to));
                })
                .errors(errors)
                .build(new SubscriptionDefinitions(
                                new TransactionManagers(beanFactory),
                                properties,
                                contributors.orderedStream().toList())
                        .of(
                                new ProjectionBeans(
                                                beanFactory, database.codec().registry())
                                        .ofTheLog(),
                                decorators::decorate));
    }

    private static InstanceSettings instance(SubscriptionProperties properties, Environment environment) {
        String description = "%s %s"
                .formatted(
                        environment.getProperty("spring.application.name", "application"),
                        ManagementFactory.getRuntimeMXBean().getName());
        return new InstanceSettings(
                UUID.randomUUID(),
                description,
                Objects.requireNonNull(properties.pollInterval()),
                properties.instance().leaseDuration(),
                properties.pageBytes(),
                properties.instance().partition());
    }

    @Bean
    SubscriptionLifecycle subscriptionLifecycle(
            SubscriptionManager manager,
            ShutdownProperties shutdown,
            HurriedStop hurried,
            ApplicationEventPublisher publisher) {
        return new SubscriptionLifecycle(manager, shutdown.timeout(), hurried, publisher);
    }

    @Bean
    @ConditionalOnMissingBean
    GracefulShutdown gracefulShutdown(
            ConfigurableApplicationContext context, SubscriptionManager manager, SubscriptionLifecycle lifecycle) {
        return new ContextShutdown(context, manager, lifecycle);
    }
}
