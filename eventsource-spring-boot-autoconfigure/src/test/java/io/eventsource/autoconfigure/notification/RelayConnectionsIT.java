package io.eventsource.autoconfigure.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.log.StalledWriters;
import io.eventsource.projection.EventHandlers;
import io.eventsource.signal.SignalRelay;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;

/** Instances of one application that tell each other of commits. */
class RelayConnectionsIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final List<Object> handled = new CopyOnWriteArrayList<>();
    private final ApplicationContextRunner application = Runners.on(database)
            .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> handled.add(event.payload())))
            .withPropertyValues("eventsource.subscriptions.poll-interval=1h");

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private List<String> sessions() {
        return database.jdbc()
                .queryForList(
                        """
                        SELECT application_name FROM pg_catalog.pg_stat_activity
                         WHERE datname = ? AND application_name LIKE 'eventsource-%' ORDER BY 1""",
                        String.class, database.name());
    }

    private static void awaitConnected(BeanFactory context) {
        await().until(() -> context.getBean(SignalRelay.class).status().connected());
    }

    private static void deposit(BeanFactory context, long amount) {
        context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(amount)));
    }

    /** An instance that only appends, which this one hears. */
    private void depositElsewhere(ApplicationContextRunner other, long amount) {
        other.withPropertyValues("eventsource.subscriptions.enabled=false").run(context -> deposit(context, amount));
    }

    @Test
    void an_instance_hears_of_anothers_commit_over_a_connection_beside_the_pool() {
        application.run(context -> {
            awaitConnected(context);
            depositElsewhere(application, 1);
            await().until(() -> handled.contains(new Deposited(1)));
            deposit(context, 2);

            await().untilAsserted(() ->
                    assertThat(sessions()).containsExactly("eventsource-listener", "eventsource-notifier"));
            HikariDataSource pool = context.getBean(HikariDataSource.class);
            await().until(() -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
            assertThat(context).hasSingleBean(StalledWriters.class);
        });
        await().untilAsserted(() -> assertThat(sessions()).isEmpty());
    }

    @Test
    void an_instance_that_only_appends_opens_no_listener() {
        application
                .withPropertyValues("eventsource.subscriptions.enabled=false")
                .run(context -> {
                    assertThat(sessions()).isEmpty();
                    deposit(context, 1);
                    await().untilAsserted(() -> assertThat(sessions()).containsExactly("eventsource-notifier"));
                });
    }

    @Test
    void with_polling_alone_there_is_no_relay() {
        application
                .withPropertyValues("eventsource.notifications.enabled=false")
                .run(context -> {
                    deposit(context, 1);
                    await().until(() -> handled.contains(new Deposited(1)));
                    assertThat(context).doesNotHaveBean(SignalRelay.class).doesNotHaveBean(SignalRelayLifecycle.class);
                    assertThat(sessions()).isEmpty();
                });
    }

    @Test
    void a_pool_behind_a_proxy_is_found() {
        try (HikariDataSource pool = pool()) {
            application
                    .withBean("dataSource", DataSource.class, () -> new LazyConnectionDataSourceProxy(pool))
                    .run(context -> {
                        awaitConnected(context);
                        depositElsewhere(application, 1);
                        await().until(() -> handled.contains(new Deposited(1)));
                        assertThat(sessions()).contains("eventsource-listener");
                        await().until(() -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
                    });
        }
    }

    private HikariDataSource pool() {
        HikariDataSource pool = new HikariDataSource();
        DriverManagerDataSource target = database.dataSource();
        pool.setJdbcUrl(target.getUrl());
        pool.setUsername(target.getUsername());
        pool.setPassword(target.getPassword());
        pool.setMaximumPoolSize(3);
        pool.setMinimumIdle(0);
        return pool;
    }

    @Test
    void a_data_source_of_another_kind_is_asked_for_the_connections() {
        application
                .withBean("dataSource", DataSource.class, database::dataSource)
                .run(context -> {
                    awaitConnected(context);
                    depositElsewhere(application, 1);
                    await().until(() -> handled.contains(new Deposited(1)));
                });
        await().untilAsserted(() -> assertThat(sessions()).isEmpty());
    }
}
