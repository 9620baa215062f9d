package io.eventsource.autoconfigure.restart;

import static org.awaitility.Awaitility.await;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.autoconfigure.account.Account;
import io.eventsource.autoconfigure.account.AccountApplication;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.aggregate.AggregateAutoConfiguration;
import io.eventsource.autoconfigure.aggregate.SnapshotAutoConfiguration;
import io.eventsource.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.eventsource.autoconfigure.endpoint.EventSourceEndpointAutoConfiguration;
import io.eventsource.autoconfigure.evolution.SchemaEvolutionAutoConfiguration;
import io.eventsource.autoconfigure.health.DeadLetterHealthAutoConfiguration;
import io.eventsource.autoconfigure.health.EventSourceHealthAutoConfiguration;
import io.eventsource.autoconfigure.health.OutboxHealthAutoConfiguration;
import io.eventsource.autoconfigure.health.PoolHealthAutoConfiguration;
import io.eventsource.autoconfigure.health.SubscriptionHealthAutoConfiguration;
import io.eventsource.autoconfigure.metrics.AppendMetricsAutoConfiguration;
import io.eventsource.autoconfigure.metrics.EventSourceMetricsAutoConfiguration;
import io.eventsource.autoconfigure.metrics.HistogramAutoConfiguration;
import io.eventsource.autoconfigure.metrics.OutboxMetricsAutoConfiguration;
import io.eventsource.autoconfigure.metrics.SnapshotMetricsAutoConfiguration;
import io.eventsource.autoconfigure.notification.NotificationAutoConfiguration;
import io.eventsource.autoconfigure.outbox.OutboxAutoConfiguration;
import io.eventsource.autoconfigure.pool.PoolAutoConfiguration;
import io.eventsource.autoconfigure.shutdown.ShutdownAutoConfiguration;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.autoconfigure.subscription.SubscriptionAutoConfiguration;
import io.eventsource.autoconfigure.web.MetadataPropagationAutoConfiguration;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.Projection;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.metrics.DataSourcePoolMetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.core.ResolvableType;

/** Has of each feature something, uses it, and is closed. */
@Configuration(proxyBeanMethods = false)
@Import(AccountApplication.class)
@ImportAutoConfiguration({
    DataSourceAutoConfiguration.class,
    DataSourceTransactionManagerAutoConfiguration.class,
    JdbcTemplateAutoConfiguration.class,
    TransactionAutoConfiguration.class,
    MetricsAutoConfiguration.class,
    CompositeMeterRegistryAutoConfiguration.class,
    SimpleMetricsExportAutoConfiguration.class,
    DataSourcePoolMetricsAutoConfiguration.class,
    ObservationAutoConfiguration.class,
    EventStoreAutoConfiguration.class,
    SnapshotAutoConfiguration.class,
    SnapshotMetricsAutoConfiguration.class,
    AggregateAutoConfiguration.class,
    SubscriptionAutoConfiguration.class,
    ShutdownAutoConfiguration.class,
    OutboxAutoConfiguration.class,
    OutboxMetricsAutoConfiguration.class,
    OutboxHealthAutoConfiguration.class,
    DeadLetterAutoConfiguration.class,
    DeadLetterHealthAutoConfiguration.class,
    NotificationAutoConfiguration.class,
    MetadataPropagationAutoConfiguration.class,
    EventSourceMetricsAutoConfiguration.class,
    AppendMetricsAutoConfiguration.class,
    HistogramAutoConfiguration.class,
    PoolAutoConfiguration.class,
    PoolHealthAutoConfiguration.class,
    SchemaEvolutionAutoConfiguration.class,
    SubscriptionHealthAutoConfiguration.class,
    EventSourceHealthAutoConfiguration.class,
    EventSourceEndpointAutoConfiguration.class
})
public class RestartedApplication {

    /** Counts what is handled in this run. */
    @Projection("restarted")
    public static class Seen {

        private final AtomicLong projected = new AtomicLong();
        private final AtomicLong published = new AtomicLong();

        @EventHandler
        void handle(Deposited deposited) {
            projected.incrementAndGet();
        }

        @EventListener
        void hear(Deposited deposited) {
            published.incrementAndGet();
        }
    }

    @Bean
    Seen seen() {
        return new Seen();
    }

    /**
     * Starts the application, uses it and closes it.
     *
     * @param arguments Spring's
     */
    public static void main(String[] arguments) {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(RestartedApplication.class)
                .web(WebApplicationType.NONE)
                .run(arguments)) {
            EventStore store = context.getBean(EventStore.class);
            store.append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
            store.appendAsync(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(2)))
                    .join();
            AggregateRepository<Account> accounts = context.<AggregateRepository<Account>>getBeanProvider(
                            ResolvableType.forClassWithGenerics(AggregateRepository.class, Account.class))
                    .getObject();
            Account account = accounts.create(UUID.randomUUID());
            account.deposit(3);
            accounts.save(account);
            Seen seen = context.getBean(Seen.class);
            await().until(() -> seen.projected.get() >= 3 && seen.published.get() >= 3);
        }
    }
}
