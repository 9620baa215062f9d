package io.eventsource.autoconfigure.testing;

import io.eventsource.autoconfigure.account.AccountApplication;
import io.eventsource.autoconfigure.aggregate.AggregateAutoConfiguration;
import io.eventsource.autoconfigure.aggregate.SnapshotAutoConfiguration;
import io.eventsource.autoconfigure.checks.CheckAutoConfiguration;
import io.eventsource.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.eventsource.autoconfigure.health.DeadLetterHealthAutoConfiguration;
import io.eventsource.autoconfigure.health.EventSourceHealthAutoConfiguration;
import io.eventsource.autoconfigure.health.InboxHealthAutoConfiguration;
import io.eventsource.autoconfigure.health.OutboxHealthAutoConfiguration;
import io.eventsource.autoconfigure.health.PoolHealthAutoConfiguration;
import io.eventsource.autoconfigure.health.ProbeGroupsAutoConfiguration;
import io.eventsource.autoconfigure.health.SubscriptionHealthAutoConfiguration;
import io.eventsource.autoconfigure.inbox.InboxAutoConfiguration;
import io.eventsource.autoconfigure.kafka.KafkaInboxAutoConfiguration;
import io.eventsource.autoconfigure.metrics.AppendMetricsAutoConfiguration;
import io.eventsource.autoconfigure.metrics.EventSourceMetricsAutoConfiguration;
import io.eventsource.autoconfigure.metrics.HistogramAutoConfiguration;
import io.eventsource.autoconfigure.metrics.InboxMetricsAutoConfiguration;
import io.eventsource.autoconfigure.metrics.OutboxMetricsAutoConfiguration;
import io.eventsource.autoconfigure.metrics.SnapshotMetricsAutoConfiguration;
import io.eventsource.autoconfigure.notification.NotificationAutoConfiguration;
import io.eventsource.autoconfigure.outbox.OutboxAutoConfiguration;
import io.eventsource.autoconfigure.outbox.OutboxTableAutoConfiguration;
import io.eventsource.autoconfigure.pool.PoolAutoConfiguration;
import io.eventsource.autoconfigure.redis.RedisInboxAutoConfiguration;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.autoconfigure.subscription.SubscriptionAutoConfiguration;
import io.eventsource.autoconfigure.tracing.HandleTracingAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;

/** Applications to start in a test. */
public final class Runners {

    private Runners() {}

    /** The starter and what Boot configures for JDBC, in an application without a database. */
    public static ApplicationContextRunner plain() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        CheckAutoConfiguration.class,
                        EventStoreAutoConfiguration.class,
                        SnapshotAutoConfiguration.class,
                        SnapshotMetricsAutoConfiguration.class,
                        AggregateAutoConfiguration.class,
                        SubscriptionAutoConfiguration.class,
                        OutboxAutoConfiguration.class,
                        OutboxTableAutoConfiguration.class,
                        OutboxMetricsAutoConfiguration.class,
                        OutboxHealthAutoConfiguration.class,
                        DeadLetterAutoConfiguration.class,
                        DeadLetterHealthAutoConfiguration.class,
                        NotificationAutoConfiguration.class,
                        EventSourceMetricsAutoConfiguration.class,
                        AppendMetricsAutoConfiguration.class,
                        HandleTracingAutoConfiguration.class,
                        HistogramAutoConfiguration.class,
                        PoolAutoConfiguration.class,
                        PoolHealthAutoConfiguration.class,
                        SubscriptionHealthAutoConfiguration.class,
                        EventSourceHealthAutoConfiguration.class,
                        ProbeGroupsAutoConfiguration.class,
                        KafkaInboxAutoConfiguration.class,
                        RedisInboxAutoConfiguration.class,
                        InboxAutoConfiguration.class,
                        InboxHealthAutoConfiguration.class,
                        InboxMetricsAutoConfiguration.class));
    }

    /** As {@link #plain()}, with the application's packages and its database. */
    public static ApplicationContextRunner on(TestDatabase database) {
        return plain().withUserConfiguration(AccountApplication.class).withPropertyValues(database.properties());
    }
}
