package io.eventsource.autoconfigure.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.MAP;
import static org.assertj.core.api.InstanceOfAssertFactories.list;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.SettableTime;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.log.HighWaterMark;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.time.Clocks;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.assertj.core.api.MapAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** The health of the high-water mark, and of the threads that follow it. */
class LogHealthIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final ApplicationContextRunner application = Runners.on(database);

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static Health health(BeanFactory context) {
        return context.getBean(LogHealthIndicator.class).health();
    }

    private static String status(BeanFactory context) {
        return health(context).getStatus().getCode();
    }

    private static MapAssert<String, Object> assertThatDetails(BeanFactory context) {
        return assertThat(health(context).getDetails());
    }

    private static void append(BeanFactory context) {
        context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
    }

    @Test
    void is_down_while_the_high_water_mark_is_not_read_and_up_again_afterwards() {
        application
                .withPropertyValues(
                        "eventsource.subscriptions.poll-interval=100ms", "eventsource.health.log.silence-threshold=1s")
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}))
                .run(context -> {
                    SubscriptionsHealth subscriptions = context.getBean(SubscriptionsHealth.class);
                    append(context);
                    await().untilAsserted(() -> assertThatDetails(context).containsEntry("highWaterMark", 1L));
                    assertThat(status(context)).isEqualTo("UP");

                    try (Connection other = database.connect();
                            Statement statement = other.createStatement()) {
                        other.setAutoCommit(false);
                        statement.execute("LOCK TABLE eventsource.log_incarnation");

                        await().untilAsserted(() -> assertThat(status(context)).isEqualTo("DOWN"));
                        assertThatDetails(context).hasEntrySatisfying("reason", reason -> assertThat(reason)
                                .asString()
                                .contains("nobody has looked at the high-water mark"));
                        assertThat(subscriptions.health("deposits").getStatus().getCode())
                                .isEqualTo("DOWN");
                        assertThat(subscriptions.judgeRunning().status().getCode())
                                .isEqualTo("DOWN");
                        assertThat(subscriptions.summary()).containsEntry("subscriptionsStatus", "DOWN");
                        other.rollback();
                    }
                    await().untilAsserted(() -> assertThat(status(context)).isEqualTo("UP"));
                    assertThatDetails(context).doesNotContainKey("reason");

                    database.jdbc().execute("ALTER TABLE eventsource.log_incarnation RENAME TO hidden");
                    await().untilAsserted(() ->
                            assertThatDetails(context).containsEntry("reason", "the high-water mark cannot be read"));
                    assertThat(status(context)).isEqualTo("DOWN");
                    assertThat(subscriptions.health("deposits").getStatus().getCode())
                            .isEqualTo("DOWN");
                    database.jdbc().execute("ALTER TABLE eventsource.hidden RENAME TO log_incarnation");

                    await().untilAsserted(() -> assertThat(status(context)).isEqualTo("UP"));
                    await().untilAsserted(() -> assertThat(
                                    subscriptions.health("deposits").getStatus().getCode())
                            .isEqualTo("UP"));
                });
    }

    @Test
    void a_silence_shorter_than_two_poll_intervals_stops_the_application() {
        application
                .withPropertyValues("eventsource.health.log.silence-threshold=1s")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("eventsource.health.log.silence-threshold must be at least twice"));
    }

    @Test
    void is_degraded_for_a_while_when_the_log_has_gone_backwards_and_up_again_afterwards() {
        SettableTime time = new SettableTime();
        application
                .withPropertyValues("eventsource.subscriptions.poll-interval=100ms")
                .withBean(Clocks.class, time::clocks)
                .run(context -> {
                    append(context);
                    append(context);
                    await().until(() ->
                            context.getBean(HighWaterMark.class).status().position() == 2);
                    assertThatDetails(context).containsEntry("regressions", 0L);

                    database.jdbc()
                            .execute(
                                    """
                            SET session_replication_role = replica;
                            DELETE FROM eventsource.events WHERE position = 2;
                            RESET session_replication_role""");

                    await().untilAsserted(() -> assertThat(status(context)).isEqualTo("DEGRADED"));
                    assertThatDetails(context)
                            .containsEntry("regressions", 1L)
                            .hasEntrySatisfying(
                                    "reason",
                                    reason -> assertThat(reason).asString().contains("gone backwards"));
                    time.set(Duration.ofHours(1));
                    assertThat(status(context)).as("no time has passed").isEqualTo("DEGRADED");
                    time.set(Duration.ofHours(-2));
                    time.pass(Duration.ofMinutes(11));
                    await().untilAsserted(() -> assertThat(status(context)).isEqualTo("UP"));
                });
    }

    /** Pages of the log do not fit into memory as often as told. */
    private DataSource withoutMemory(AtomicInteger times) {
        return new DelegatingDataSource(database.dataSource()) {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                return (Connection) Proxy.newProxyInstance(
                        getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                            if (method.getName().equals("prepareStatement")
                                    && ((String) arguments[0]).endsWith("AS page")
                                    && times.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                                throw new OutOfMemoryError("Java heap space");
                            }
                            try {
                                return method.invoke(connection, arguments);
                            } catch (InvocationTargetException failure) {
                                throw failure.getTargetException();
                            }
                        });
            }
        };
    }

    @Test
    void it_is_degraded_for_a_while_when_a_page_has_not_fit_into_memory() {
        SettableTime time = new SettableTime();
        AtomicInteger shortages = new AtomicInteger();
        List<Long> handled = new CopyOnWriteArrayList<>();
        application
                .withPropertyValues("eventsource.subscriptions.poll-interval=100ms")
                .withBean(Clocks.class, time::clocks)
                .withBean(DataSource.class, () -> withoutMemory(shortages))
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> handled.add(event.position())))
                .run(context -> {
                    append(context);
                    await().untilAsserted(() -> assertThat(handled).containsExactly(1L));
                    assertThat(status(context)).isEqualTo("UP");
                    assertThatDetails(context).doesNotContainKey("memoryShortages");

                    // the reader of the tail, and the subscription that reads for itself then
                    shortages.set(2);
                    append(context);

                    await().untilAsserted(() -> assertThat(handled).containsExactly(1L, 2L));
                    assertThat(status(context)).isEqualTo("DEGRADED");
                    assertThatDetails(context)
                            .containsEntry("memoryShortages", 2L)
                            .containsEntry(
                                    "reason",
                                    "the heap did not suffice for a page of the log, which is read in smaller ones");

                    time.set(Duration.ofHours(1));
                    assertThat(status(context)).as("no time has passed").isEqualTo("DEGRADED");
                    time.set(Duration.ofHours(-2));
                    time.pass(Duration.ofMinutes(11));
                    await().untilAsserted(() -> assertThat(status(context)).isEqualTo("UP"));
                    assertThatDetails(context).containsEntry("memoryShortages", 2L);
                });
    }

    @Test
    void threads_are_down_while_the_one_that_follows_the_log_has_ended() {
        application
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}))
                .run(context -> {
                    ThreadsHealthIndicator threads = context.getBean(ThreadsHealthIndicator.class);
                    assertThat(threads.health().getStatus().getCode()).isEqualTo("UP");

                    Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().equals("eventsource-tail"))
                            .forEach(Thread::interrupt);

                    await().untilAsserted(() ->
                            assertThat(threads.health().getStatus().getCode()).isEqualTo("DOWN"));
                    assertThat(threads.health().getDetails()).containsKey("reason");

                    context.getBean(SubscriptionManager.class).start();

                    assertThat(threads.health().getStatus().getCode()).isEqualTo("UP");
                });
    }

    @Test
    void is_degraded_naming_who_holds_the_log_and_up_again_afterwards() {
        application
                .withPropertyValues("eventsource.health.log.stall-threshold=1s")
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}))
                .run(context -> {
                    append(context);
                    try (Connection hung = database.connect();
                            Statement statement = hung.createStatement()) {
                        hung.setAutoCommit(false);
                        int pid = pid(statement);
                        TestDatabase.insertOneEvent(statement);
                        append(context);

                        await().untilAsserted(() -> assertThat(status(context)).isEqualTo("DEGRADED"));
                        assertThatDetails(context)
                                .containsEntry("reason", "an open transaction holds the high-water mark")
                                .extractingByKey("gap", MAP)
                                .containsEntry("behind", 1L)
                                .extractingByKey("transactions")
                                .asInstanceOf(list(Map.class))
                                .singleElement()
                                .satisfies(transaction ->
                                        assertThat(transaction.get("pid")).isEqualTo(pid));

                        hung.rollback();
                    }

                    await().untilAsserted(() -> assertThat(status(context)).isEqualTo("UP"));
                    assertThatDetails(context).doesNotContainKeys("reason", "gap");
                });
    }

    @Test
    void names_who_holds_the_log_before_the_stall_threshold_and_stays_up() {
        application
                .withPropertyValues("eventsource.health.log.stall-threshold=1h")
                .run(context -> {
                    append(context);
                    try (Connection hung = database.connect();
                            Statement statement = hung.createStatement()) {
                        hung.setAutoCommit(false);
                        TestDatabase.insertOneEvent(statement);
                        append(context);

                        await().untilAsserted(() ->
                                assertThatDetails(context).containsKey("gap").doesNotContainKey("reason"));
                        assertThat(status(context)).isEqualTo("UP");
                        hung.rollback();
                    }
                });
    }

    @Test
    void lists_ten_transactions_that_hold_the_log_and_counts_the_others() {
        application.run(context -> {
            append(context);
            List<Connection> hung = new ArrayList<>();
            try {
                for (int i = 0; i < 12; i++) {
                    Connection connection = database.connect();
                    hung.add(connection);
                    connection.setAutoCommit(false);
                    TestDatabase.insertOneEvent(connection.createStatement());
                }
                append(context);

                await().untilAsserted(() -> assertThatDetails(context)
                        .extractingByKey("gap", MAP)
                        .containsEntry("furtherTransactions", 2)
                        .extractingByKey("transactions")
                        .asInstanceOf(list(Map.class))
                        .hasSize(10));
            } finally {
                for (Connection connection : hung) {
                    connection.close();
                }
            }
        });
    }

    @Test
    void says_less_about_transactions_where_the_role_may_not_see_them() {
        String role = "plain_" + database.name();
        application.run(migrated -> append(migrated));
        database.jdbc().execute("CREATE ROLE " + role + " LOGIN PASSWORD 'plain'");
        database.jdbc().execute("GRANT USAGE ON SCHEMA eventsource TO " + role);
        database.jdbc().execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA eventsource TO " + role);
        try {
            application
                    .withPropertyValues(
                            "eventsource.migration.enabled=false",
                            "spring.datasource.username=" + role,
                            "spring.datasource.password=plain")
                    .run(context -> {
                        try (Connection hung = database.connect();
                                Statement statement = hung.createStatement()) {
                            hung.setAutoCommit(false);
                            TestDatabase.insertOneEvent(statement);
                            append(context);

                            await().untilAsserted(() -> assertThatDetails(context)
                                    .extractingByKey("gap", MAP)
                                    .extractingByKey("transactions")
                                    .asInstanceOf(list(Map.class))
                                    .singleElement()
                                    .satisfies(transaction -> {
                                        assertThat(transaction.get("pid")).isNotNull();
                                        assertThat(transaction.get("user")).isNotNull();
                                        assertThat(transaction.get("state")).isNull();
                                        assertThat(transaction.get("age")).isNull();
                                    }));
                            hung.rollback();
                        }
                    });
        } finally {
            database.jdbc().execute("DROP OWNED BY " + role);
            database.jdbc().execute("DROP ROLE " + role);
        }
    }

    @Test
    void stays_up_and_says_so_while_other_instances_are_not_heard() {
        application
                .withPropertyValues("eventsource.notifications.heartbeat=100ms")
                .run(context -> {
                    await().untilAsserted(() -> assertThatDetails(context)
                            .extractingByKey("wakeUp", MAP)
                            .containsEntry("connected", true)
                            .doesNotContainKey("lastError"));

                    database.jdbc()
                            .queryForList(
                                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'eventsource-listener' AND datname = ?",
                                    database.name());

                    await().untilAsserted(() -> assertThatDetails(context)
                            .extractingByKey("wakeUp", MAP)
                            .containsKeys("lastError", "lastErrorAt"));
                    assertThat(status(context)).isEqualTo("UP");
                });
    }

    private static int pid(Statement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery("SELECT pg_backend_pid()")) {
            result.next();
            return result.getInt(1);
        }
    }
}
