package io.eventsource.autoconfigure;

import io.eventsource.autoconfigure.account.AccountApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;

/** Applications to start in a test. */
final class Runners {

    private Runners() {}

    /** The starter and what Boot configures for JDBC, in an application without a database. */
    static ApplicationContextRunner plain() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
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
                        WakeUpAutoConfiguration.class,
                        EventSourceMetricsAutoConfiguration.class,
                        AppendMetricsAutoConfiguration.class,
                        HandleTracingAutoConfiguration.class,
                        HistogramAutoConfiguration.class,
                        PoolAutoConfiguration.class,
                        PoolHealthAutoConfiguration.class,
                        EventSourceHealthAutoConfiguration.class,
                        KafkaInboxAutoConfiguration.class,
                        RedisInboxAutoConfiguration.class,
                        InboxAutoConfiguration.class,
                        InboxHealthAutoConfiguration.class,
                        InboxMetricsAutoConfiguration.class));
    }

    /** As {@link #plain()}, with the application's packages and its database. */
    static ApplicationContextRunner on(TestDatabase database) {
        return plain().withUserConfiguration(AccountApplication.class).withPropertyValues(database.properties());
    }
}
