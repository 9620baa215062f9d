package io.eventsource.autoconfigure;

import io.eventsource.EventSourceException;
import io.eventsource.event.EventCodec;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.EventStore;
import io.eventsource.store.LogHead;
import io.eventsource.store.LogSignal;
import io.eventsource.subscription.SubscriptionManager;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.transaction.PlatformTransactionManager;

/** Drives the application's projections through the log. */
@AutoConfiguration(
        after = {EventStoreAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class},
        afterName = "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration")
@ConditionalOnBean(EventStore.class)
@ConditionalOnBooleanProperty(name = "eventsource.subscriptions.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "eventsource.verify", havingValue = false, matchIfMissing = true)
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
            ObjectProvider<PlatformTransactionManager> transactionManagers,
            EventSourceProperties properties,
            ObjectProvider<Clock> clock) {
        PlatformTransactionManager transactionManager = transactionManagers.getIfUnique();
        if (transactionManager == null) {
            throw new EventSourceException(
                    "Projections need one PlatformTransactionManager for the event store's data source, but there are %d. Mark the right one with @Primary."
                            .formatted(transactionManagers.stream().count()));
        }
        return new SubscriptionManager(
                new ProjectionBeans(beanFactory, codec.registry()).find(),
                dataSource,
                schema,
                codec,
                logHead,
                signal,
                transactionManager,
                properties.subscriptions().settings(),
                new CustomizableThreadFactory("eventsource-"),
                clock.getIfUnique(Clock::systemUTC));
    }

    @Bean
    SubscriptionLifecycle subscriptionLifecycle(SubscriptionManager manager, EventSourceProperties properties) {
        return new SubscriptionLifecycle(manager, properties.subscriptions().drainTimeout());
    }
}
