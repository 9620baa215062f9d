package io.eventsource.autoconfigure.inbox;

import io.eventsource.autoconfigure.inbox.InboxAssembly.Surroundings;
import io.eventsource.autoconfigure.lifecycle.ShutdownProperties;
import io.eventsource.autoconfigure.lifecycle.SubscriptionThreads;
import io.eventsource.autoconfigure.projection.BatchListener;
import io.eventsource.autoconfigure.projection.HandlerDecorators;
import io.eventsource.autoconfigure.projection.ProjectionBeans;
import io.eventsource.autoconfigure.projection.TransactionManagers;
import io.eventsource.autoconfigure.store.ObservationProperties;
import io.eventsource.autoconfigure.subscription.SubscriptionAutoConfiguration;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.observation.EventSourceObservations;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.HandlerInterceptor;
import io.eventsource.subscription.ErrorHandling;
import io.eventsource.subscription.SubscriptionManager;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Feeds projections with messages of other services, in instances that drive projections. */
@AutoConfiguration(after = SubscriptionAutoConfiguration.class)
@ConditionalOnBean(SubscriptionManager.class)
@ConditionalOnBooleanProperty(name = "eventsource.inbox.enabled", matchIfMissing = true)
@EnableConfigurationProperties({InboxProperties.class, ShutdownProperties.class})
public final class InboxAutoConfiguration {

    /** What the observation of a handler says of its subscription's state. */
    private static final String STATE = "inbox";

    /** Creates the configuration. */
    public InboxAutoConfiguration() {}

    @Bean
    InboxFeeds inboxFeeds(
            ConfigurableListableBeanFactory beanFactory,
            SubscriptionManager subscriptions,
            ObjectProvider<FeedFactory> factories,
            EventDatabase database,
            ErrorHandling errors,
            InboxProperties properties,
            ObservationProperties observed,
            Environment environment,
            EventSourceObservations observations,
            ObjectProvider<HandlerInterceptor> interceptors,
            ObjectProvider<BatchListener> batches) {
        HandlerDecorators decorators =
                new HandlerDecorators(observed, observations, name -> STATE, interceptors, batches);
        List<EventHandlers> projections = new ProjectionBeans(
                        beanFactory, database.codec().registry())
                .ofFeeds().stream().map(decorators::decorate).toList();
        return new InboxAssembly(
                        properties.feeds(),
                        factories.orderedStream().toList(),
                        environment.getProperty("spring.application.name"),
                        new Surroundings(
                                database,
                                errors,
                                new TransactionManagers(beanFactory),
                                SubscriptionThreads.of(environment)))
                .of(projections, Set.copyOf(subscriptions.names()));
    }

    @Bean
    InboxLifecycle inboxLifecycle(InboxFeeds feeds, ShutdownProperties properties, Environment environment) {
        return new InboxLifecycle(feeds, properties.drainTimeout(), SubscriptionThreads.of(environment));
    }
}
