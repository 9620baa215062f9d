package io.eventsource.autoconfigure.subscription;

import io.eventsource.autoconfigure.projection.BatchListener;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.autoconfigure.projection.HandlerDecorators;
import io.eventsource.autoconfigure.store.ObservationProperties;
import io.eventsource.autoconfigure.projection.ProjectionBeans;
import io.eventsource.autoconfigure.lifecycle.SubscriptionThreads;
import io.eventsource.autoconfigure.projection.TransactionManagers;
import io.eventsource.autoconfigure.subscription.HandlerContributor.Contribution;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import io.eventsource.event.EventCodec;
import io.eventsource.observation.EventSourceObservations;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.HandlerInterceptor;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.EventStore;
import io.eventsource.store.LogHead;
import io.eventsource.store.LogSignal;
import io.eventsource.subscription.ErrorHandling;
import io.eventsource.subscription.GracefulShutdown;
import io.eventsource.subscription.InstanceSettings;
import io.eventsource.subscription.SubscriptionListener;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.time.Clocks;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
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
@EnableConfigurationProperties(SubscriptionProperties.class)
public final class SubscriptionAutoConfiguration {

    /** Creates the configuration. */
    public SubscriptionAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    SubscriptionManager subscriptionManager(
            ConfigurableListableBeanFactory beanFactory,
            DataSource dataSource,
            EventSourceSchema schema,
            EventCodec codec,
            LogHead logHead,
            LogSignal signal,
            SubscriptionProperties properties,
            ObservationProperties observed,
            ObjectProvider<SubscriptionListener> listeners,
            ErrorHandling errors,
            Environment environment,
            EventSourceObservations observations,
            ObjectProvider<HandlerInterceptor> interceptors,
            ObjectProvider<BatchListener> batches,
            ObjectProvider<HandlerContributor> contributors,
            Clocks clocks) {
        SubscriptionStates states = new SubscriptionStates();
        HandlerDecorators decorators =
                new HandlerDecorators(observed, observations, states::of, interceptors, batches);
        List<EventHandlers> handlers = new ArrayList<>(new ProjectionBeans(beanFactory, codec.registry()).ofTheLog());
        List<Contribution> contributed = contributors
                .orderedStream()
                .flatMap(each -> each.contribute().stream())
                .toList();
        contributed.forEach(each -> handlers.add(each.handlers()));
        return new SubscriptionManager(
                new SubscriptionDefinitions(
                                new TransactionManagers(beanFactory), properties, contributed)
                        .of(handlers.stream().map(decorators::decorate).toList()),
                dataSource,
                schema,
                codec,
                logHead,
                signal,
                instance(properties, environment),
                SubscriptionThreads.of(environment),
                (name, from, to) -> {
                    states.stateChanged(name, from, to);
                    listeners.orderedStream().forEach(listener -> listener.stateChanged(name, from, to));
                },
                errors,
                clocks);
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
                properties.leaseDuration(),
                properties.pageBytes(),
                properties.partition());
    }

    @Bean
    SubscriptionLifecycle subscriptionLifecycle(
            SubscriptionManager manager, SubscriptionProperties properties, ApplicationEventPublisher publisher) {
        return new SubscriptionLifecycle(
                manager,
                properties.drainTimeout(),
                properties.shutdownTimeout(),
                publisher);
    }

    @Bean
    @ConditionalOnMissingBean
    GracefulShutdown gracefulShutdown(
            ConfigurableApplicationContext context, SubscriptionManager manager, SubscriptionLifecycle lifecycle) {
        return new ContextShutdown(context, manager, lifecycle);
    }
}
