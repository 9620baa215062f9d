package io.eventsource.autoconfigure.health;

import io.eventsource.autoconfigure.lifecycle.SubscriptionThreads;
import io.eventsource.autoconfigure.pool.DatabaseReach;
import io.eventsource.autoconfigure.pool.Pools;
import io.eventsource.autoconfigure.pool.StoreDataSource;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.ground.GroundWatch;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.schema.SchemaMigrator;
import io.eventsource.store.EventStore;
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
import org.springframework.core.env.Environment;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;

/** Reports whether this instance can serve and whether it is alive, where Actuator is present. */
@AutoConfiguration(after = {EventStoreAutoConfiguration.class, SubscriptionHealthAutoConfiguration.class})
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(EventStore.class)
@EnableConfigurationProperties(HealthProperties.class)
public final class EventSourceHealthAutoConfiguration {

    /** Creates the configuration. */
    public EventSourceHealthAutoConfiguration() {}

    @Bean
    @ConditionalOnEnabledHealthIndicator("eventsource")
    @ConditionalOnMissingBean(name = "eventsourceHealthIndicator")
    EventSourceHealthIndicator eventsourceHealthIndicator(
            StoreDataSource store,
            DatabaseReach reach,
            EventSourceSchema schema,
            ObjectProvider<SubscriptionsHealth> subscriptions,
            GroundWatch ground,
            HealthProperties health,
            Environment environment) {
        JdbcOperations jdbc = new JdbcTemplate(store.dataSource());
        return new EventSourceHealthIndicator(
                new AnswerInTime<>(
                        () -> inspect(jdbc, schema, ground),
                        health.answerTimeout(),
                        SubscriptionThreads.of(environment)),
                new AnswerInTime<>(
                        () -> {
                            Pools.renewWhereReadOnly(store.dataSource());
                            return ground.report();
                        },
                        health.answerTimeout(),
                        SubscriptionThreads.of(environment)),
                new BusyPool(
                        store.dataSource(),
                        new AnswerInTime<>(reach::answers, health.answerTimeout(), SubscriptionThreads.of(environment)),
                        health.answerTimeout()),
                SchemaMigrator.requiredVersion(),
                subscriptions.getIfAvailable());
    }

    private static SchemaMigrator.Status inspect(JdbcOperations jdbc, EventSourceSchema schema, GroundWatch ground) {
        try {
            return SchemaMigrator.inspect(jdbc, schema);
        } catch (DataAccessException failure) {
            ground.suspect();
            throw failure;
        }
    }

    @Bean
    @ConditionalOnEnabledHealthIndicator("eventsource-threads")
    @ConditionalOnMissingBean(name = "eventsourceThreadsHealthIndicator")
    ThreadsHealthIndicator eventsourceThreadsHealthIndicator(ObjectProvider<SubscriptionManager> manager) {
        return new ThreadsHealthIndicator(manager.getIfAvailable());
    }
}
