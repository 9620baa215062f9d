package io.eventsource.autoconfigure.shutdown;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.GracefulShutdown;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionStatus;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.event.EventListener;

class LifecycleIT {

    private final TestDatabase database = TestDatabase.create();
    private final Set<Thread> threadsBefore = Thread.getAllStackTraces().keySet();
    private final List<Object> handled = new CopyOnWriteArrayList<>();
    private final ApplicationContextRunner application = Runners.on(database)
            .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> handled.add(event.payload())));

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static StreamAppend deposit(long amount) {
        return StreamAppend.to("Account", UUID.randomUUID(), new Deposited(amount));
    }

    private static EventStore store(BeanFactory context) {
        return context.getBean(EventStore.class);
    }

    /** Those of this test's application. */
    private List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !threadsBefore.contains(thread))
                .map(Thread::getName)
                .filter(name -> name.startsWith("eventsource-"))
                .toList();
    }

    private long connections() {
        return database.count(
                "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datname = ? AND pid <> pg_backend_pid()",
                database.name());
    }

    @Test
    void a_closed_application_leaves_no_thread_and_no_connection_behind() {
        application.run(context -> {
            store(context).append(deposit(1));
            store(context).appendAsync(deposit(2)).join();
            await().until(() -> handled.size() == 2);
            assertThat(threads()).contains("eventsource-tail", "eventsource-deposits", "eventsource-append-1");
            assertThat(connections()).isPositive();
        });

        await().untilAsserted(() -> assertThat(threads()).isEmpty());
        await().untilAsserted(() -> assertThat(connections()).isZero());
    }

    @Test
    void appends_under_way_are_answered_when_the_application_closes() {
        List<CompletableFuture<?>> appends = new CopyOnWriteArrayList<>();
        application.run(context -> {
            for (int i = 0; i < 200; i++) {
                appends.add(store(context).appendAsync(deposit(i)));
            }
        });

        assertThat(appends).allSatisfy(append -> assertThat(append).isCompleted());
        assertThat(database.count("SELECT count(*) FROM eventsource.events")).isEqualTo(200);
    }

    @Test
    void subscriptions_are_stopped_and_started_with_the_context() {
        application.run(context -> {
            SubscriptionManager manager = context.getBean(SubscriptionManager.class);
            store(context).append(deposit(1));
            await().until(() -> handled.size() == 1);

            context.getSourceApplicationContext().stop();

            assertThat(manager.statuses())
                    .extracting(SubscriptionStatus::state)
                    .containsExactly(SubscriptionStatus.State.STOPPED);
            assertThat(threads()).doesNotContain("eventsource-tail", "eventsource-deposits");

            context.getSourceApplicationContext().start();
            store(context).append(deposit(2));

            await().untilAsserted(() -> assertThat(handled).containsExactly(new Deposited(1), new Deposited(2)));
        });
    }

    /** Hears what came of stopping. */
    static final class Results {

        private final List<GracefulShutdown.Result> heard = new CopyOnWriteArrayList<>();

        @EventListener
        void stopped(GracefulShutdown.Result result) {
            heard.add(result);
        }
    }

    @Test
    void what_came_of_stopping_is_published_and_shown_and_can_be_asked_for_by_code() {
        Results results = new Results();
        application.withBean(Results.class, () -> results).run(context -> {
            GracefulShutdown shutdown = context.getBean(GracefulShutdown.class);
            store(context).append(deposit(1));
            await().until(() -> handled.size() == 1);
            assertThat(shutdown.shuttingDown()).isFalse();
            assertThat(shutdown.phase()).isEqualTo(GracefulShutdown.Phase.RUNNING);
            assertThat(shutdown.result()).isEmpty();

            shutdown.request();

            await().until(() -> !context.getSourceApplicationContext().isActive());
            await().untilAsserted(() -> assertThat(threads()).isEmpty());
            assertThat(shutdown.shuttingDown()).isTrue();
            assertThat(shutdown.phase()).isEqualTo(GracefulShutdown.Phase.STOPPED);
            assertThat(shutdown.result()).hasValueSatisfying(result -> {
                assertThat(result.forced()).isFalse();
                assertThat(result.segmentsReleased()).isOne();
                assertThat(results.heard).containsExactly(result);
            });
        });
    }

    @Test
    void what_outlasts_the_drain_timeout_is_named_and_ended_by_the_shutdown_timeout() {
        Results results = new Results();
        CountDownLatch handling = new CountDownLatch(1);
        Runners.on(database)
                .withPropertyValues("eventsource.shutdown.drain-timeout=100ms", "eventsource.shutdown.timeout=8s")
                .withBean(Results.class, () -> results)
                .withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> {
                            handling.countDown();
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException interrupted) {
                                Thread.currentThread().interrupt();
                                throw new IllegalStateException(interrupted);
                            }
                        }))
                .run(context -> {
                    store(context).append(deposit(1));
                    assertThat(handling.await(10, TimeUnit.SECONDS)).isTrue();
                });

        assertThat(results.heard).singleElement().satisfies(result -> {
            assertThat(result.forced()).isTrue();
            assertThat(result.phase()).isEqualTo(GracefulShutdown.Phase.STOPPED);
            assertThat(result.took()).isLessThan(Duration.ofSeconds(8));
            assertThat(result.abandoned()).singleElement().satisfies(batch -> {
                assertThat(batch.segment()).contains("deposits");
                assertThat(batch.events()).isOne();
            });
        });
    }

    @Test
    void where_nothing_can_be_saved_stopping_takes_seconds_and_not_as_long_as_the_pool_waits() {
        Results results = new Results();
        Runners.on(database)
                .withPropertyValues(
                        "spring.datasource.hikari.connection-timeout=30000",
                        "eventsource.subscriptions.defaults.segments.count=4")
                .withBean(Results.class, () -> results)
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> handled.add(event.payload())))
                .run(context -> {
                    store(context).append(deposit(1));
                    await().until(() -> handled.size() == 1);
                    database.refuseConnections();
                    // the tail reader waits for a connection, as long as the pool does
                    await().until(() -> context.getBean(HikariDataSource.class)
                                    .getHikariPoolMXBean()
                                    .getThreadsAwaitingConnection()
                            > 0);
                });
        database.allowConnections();

        assertThat(results.heard).singleElement().satisfies(result -> {
            assertThat(result.took()).isLessThan(Duration.ofSeconds(10));
            assertThat(result.segmentsReleased()).isZero();
            assertThat(result.forced()).isTrue();
        });
    }

    @Test
    void flyway_finds_the_librarys_tables() {
        application
                .withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
                .withPropertyValues("spring.flyway.locations=classpath:db/flyway")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(database.count("SELECT count(*) FROM flyway_deposits"))
                            .isZero();
                });
    }

    @Test
    void liquibase_finds_the_librarys_tables() {
        application
                .withConfiguration(AutoConfigurations.of(LiquibaseAutoConfiguration.class))
                .withPropertyValues("spring.liquibase.change-log=classpath:db/changelog/deposits.sql")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(database.count("SELECT count(*) FROM liquibase_deposits"))
                            .isZero();
                });
    }
}
