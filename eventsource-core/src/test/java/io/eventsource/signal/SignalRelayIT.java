package io.eventsource.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.log.HighWaterMark;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.schema.SchemaMigrator;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.CountingDataSource;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.springframework.jdbc.core.JdbcTemplate;

/** The signal between processes: each relay here stands for one of them. */
@OnEachPostgres
class SignalRelayIT {

    private static final Duration HEARTBEAT = Duration.ofMillis(200);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(10);

    private final TestDatabase database;
    private final JdbcTemplate jdbc;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final List<SignalRelay> relays = new ArrayList<>();

    SignalRelayIT(TestDatabase database) {
        this.database = database;
        this.jdbc = database.jdbc();
    }

    @AfterEach
    void stopAll() {
        for (SignalRelay relay : relays) {
            assertThat(relay.stop(STOP_WITHIN)).isTrue();
        }
        assertThat(threads).noneMatch(Thread::isAlive);
        eventually().untilAsserted(() -> assertThat(sessions()).isEmpty());
    }

    private static ConditionFactory eventually() {
        return await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(20));
    }

    private SignalRelay relay(LogSignal signal, SignalRelay.Settings settings, DedicatedConnections connections) {
        return relay(signal, settings, connections, TestDatabase.SCHEMA);
    }

    private SignalRelay relay(
            LogSignal signal,
            SignalRelay.Settings settings,
            DedicatedConnections connections,
            EventSourceSchema schema) {
        SignalRelay relay = new SignalRelay(
                connections,
                schema,
                signal,
                settings,
                UUID.randomUUID(),
                body -> {
                    Thread thread = new Thread(body);
                    threads.add(thread);
                    return thread;
                },
                Clock.systemUTC());
        relays.add(relay);
        relay.start();
        return relay;
    }

    private SignalRelay listening(LogSignal signal) {
        SignalRelay relay =
                relay(signal, new SignalRelay.Settings(true, Duration.ofMillis(5), HEARTBEAT), database::connect);
        eventually().until(() -> relay.status().connected());
        return relay;
    }

    private SignalRelay sending(LogSignal signal) {
        return relay(signal, new SignalRelay.Settings(false, Duration.ofMillis(5), HEARTBEAT), database::connect);
    }

    private List<String> sessions() {
        return jdbc.queryForList(
                """
                SELECT application_name FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name LIKE 'eventsource-%' ORDER BY 1""",
                String.class);
    }

    private void end(String applicationName) {
        jdbc.queryForList(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = ?",
                applicationName);
    }

    private void append(LogSignal signal) {
        database.store(TestEvents.codec(), signal)
                .append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)));
    }

    /** Waits for the signal as a reader would, and drops what was raised before. */
    private static CompletableFuture<Void> wokenAfterNow(LogSignal signal) {
        awaitAndTake(signal, Duration.ofMillis(1));
        return CompletableFuture.runAsync(() -> {
            long began = System.nanoTime();
            awaitAndTake(signal, Duration.ofMinutes(5));
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMinutes(5));
        });
    }

    private static void awaitAndTake(LogSignal signal, Duration timeout) {
        try {
            signal.await(timeout);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_commit_of_another_process_wakes_the_reader() {
        LogSignal here = new LogSignal();
        LogSignal there = new LogSignal();
        listening(here);
        sending(there);
        CompletableFuture<Void> woken = wokenAfterNow(here);

        append(there);

        assertThat(woken).succeedsWithin(Duration.ofSeconds(5));
        assertThat(here.hearingOthers()).isTrue();
        assertThat(sessions()).containsExactly("eventsource-listener", "eventsource-notifier");
    }

    @Test
    void processes_on_other_schemas_are_not_woken_and_schemas_with_the_longest_names_are() {
        EventSourceSchema longest = new EventSourceSchema("s".repeat(63));
        new SchemaMigrator(database.dataSource(), longest);
        SignalRelay.Settings settings = new SignalRelay.Settings(true, Duration.ofMillis(5), HEARTBEAT);
        LogSignal here = new LogSignal();
        LogSignal there = new LogSignal();
        LogSignal elsewhere = new LogSignal();
        SignalRelay relay = relay(here, settings, database::connect, longest);
        relay(there, settings, database::connect, longest);
        SignalRelay other = relay(elsewhere, settings, database::connect);
        eventually().until(() -> relay.status().connected() && other.status().connected());
        CompletableFuture<Void> woken = wokenAfterNow(here);
        CompletableFuture<Void> wokenElsewhere = wokenAfterNow(elsewhere);

        there.raise();

        assertThat(woken).succeedsWithin(Duration.ofSeconds(5));
        assertThat(wokenElsewhere).isNotDone();
        elsewhere.wake();
    }

    @Test
    void what_is_heard_is_not_passed_on() throws SQLException {
        LogSignal here = new LogSignal();
        LogSignal there = new LogSignal();
        listening(here);
        listening(there);
        try (Listening ear = new Listening()) {
            CompletableFuture<Void> woken = wokenAfterNow(there);
            here.raise();
            assertThat(woken).succeedsWithin(Duration.ofSeconds(5));

            // three heartbeats of each are time enough for an echo
            eventually().until(() -> ear.heartbeats() >= 6);
            assertThat(ear.commits()).isEqualTo(1);
        }
    }

    @Test
    void a_process_is_not_woken_by_its_own_notifications_and_heartbeats() throws SQLException {
        LogSignal here = new LogSignal();
        listening(here);
        try (Listening ear = new Listening()) {
            here.raise();
            CompletableFuture<Void> woken = wokenAfterNow(here);

            eventually().until(() -> ear.commits() == 1 && ear.heartbeats() >= 3);

            assertThat(woken).isNotDone();
            here.wake();
            assertThat(woken).succeedsWithin(Duration.ofSeconds(5));
        }
    }

    @Test
    void a_listener_whose_session_is_ended_says_so_wakes_the_reader_and_listens_again() {
        LogSignal here = new LogSignal();
        LogSignal there = new LogSignal();
        SignalRelay relay = listening(here);
        sending(there);
        CompletableFuture<Void> lost = wokenAfterNow(here);

        end("eventsource-listener");

        assertThat(lost).succeedsWithin(Duration.ofSeconds(5));
        eventually().until(() -> relay.status().lastFailure() != null);
        assertThat(relay.status().lastFailureAt()).isNotNull();
        eventually().until(() -> relay.status().connected());
        CompletableFuture<Void> woken = wokenAfterNow(here);
        append(there);
        assertThat(woken).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void a_sender_whose_session_is_ended_tells_the_next_commit_all_the_same() {
        LogSignal here = new LogSignal();
        LogSignal there = new LogSignal();
        listening(here);
        SignalRelay sender = sending(there);
        CompletableFuture<Void> first = wokenAfterNow(here);
        append(there);
        assertThat(first).succeedsWithin(Duration.ofSeconds(5));

        end("eventsource-notifier");
        eventually().until(() -> !sessions().contains("eventsource-notifier"));
        CompletableFuture<Void> second = wokenAfterNow(here);
        append(there);

        assertThat(second).succeedsWithin(Duration.ofSeconds(10));
        eventually().until(() -> sender.status().sending());
        assertThat(sender.status().lastFailure()).isNotNull();
    }

    @Test
    void a_listener_that_does_not_hear_itself_is_not_connected_and_tries_again() {
        AtomicInteger opened = new AtomicInteger();
        LogSignal here = new LogSignal();
        // a pooler that gives each statement another session of the server forgets who listens
        SignalRelay relay =
                relay(here, new SignalRelay.Settings(true, Duration.ofMillis(5), Duration.ofMillis(20)), () -> {
                    opened.incrementAndGet();
                    return Forgetful.of(database.connect());
                });

        eventually().until(() -> opened.get() >= 3);

        assertThat(relay.status().connected()).isFalse();
        assertThat(here.hearingOthers()).isFalse();
        assertThat(relay.status().lastFailure()).hasMessageContaining("eventsource.pool.pooler");
    }

    @Test
    void a_thousand_appends_in_a_burst_take_far_fewer_notifications() throws SQLException {
        LogSignal there = new LogSignal();
        sending(there);
        EventStore store = database.store(TestEvents.codec(), there);
        try (Listening ear = new Listening()) {
            long began = System.nanoTime();
            List<CompletableFuture<AppendResult>> appends = IntStream.range(0, 1_000)
                    .mapToObj(i -> store.appendAsync(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1))))
                    .toList();
            CompletableFuture.allOf(appends.toArray(CompletableFuture[]::new)).join();
            long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();

            eventually().until(() -> ear.commits() >= 1);
            assertThat(ear.commits())
                    .isLessThanOrEqualTo((int) (millis / 5 + 2))
                    .isLessThan(500);
        }
    }

    @Test
    void a_burst_of_signals_takes_one_notification_per_interval() throws SQLException {
        LogSignal there = new LogSignal();
        relay(there, new SignalRelay.Settings(false, Duration.ofMillis(500), HEARTBEAT), database::connect);
        try (Listening ear = new Listening()) {
            for (int i = 0; i < 1_000; i++) {
                there.raise();
            }

            // the first at once, which may cover the others already, and one for those that came later
            eventually().until(() -> ear.commits() >= 1);
            eventually().during(Duration.ofMillis(600)).until(() -> ear.commits() <= 2);
        }
    }

    @Test
    void appends_send_no_statement_more_with_a_relay_than_without() {
        CountingDataSource counting = new CountingDataSource(database.dataSource());
        LogSignal alone = new LogSignal();
        int without = statementsOfAppends(counting, alone);
        LogSignal relayed = new LogSignal();
        sending(relayed);

        assertThat(statementsOfAppends(counting, relayed)).isEqualTo(without);
        eventually().until(() -> sessions().contains("eventsource-notifier"));
    }

    private int statementsOfAppends(CountingDataSource counting, LogSignal signal) {
        EventStore store = TestDatabase.store(
                counting,
                TestEvents.codec(),
                HighWaterMark.of(counting, TestDatabase.SCHEMA, Clock.systemUTC()),
                signal);
        int before = counting.statements();
        for (int i = 0; i < 20; i++) {
            store.append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)));
        }
        return counting.statements() - before;
    }

    @Test
    void an_append_that_rolls_back_tells_nobody() throws SQLException {
        LogSignal there = new LogSignal();
        sending(there);
        EventStore store = database.store(TestEvents.codec(), there);
        try (Listening ear = new Listening()) {
            database.transaction().executeWithoutResult(status -> {
                store.append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)));
                status.setRollbackOnly();
            });
            assertThat(sessions()).doesNotContain("eventsource-notifier");

            append(there);
            eventually().until(() -> ear.commits() == 1);
        }
    }

    @Test
    void it_starts_without_a_database_and_works_when_there_is_one() {
        LogSignal here = new LogSignal();
        AtomicBoolean there = new AtomicBoolean();
        SignalRelay relay = relay(here, new SignalRelay.Settings(true, Duration.ofMillis(5), HEARTBEAT), () -> {
            if (!there.get()) {
                throw new SQLException("no route to host");
            }
            return database.connect();
        });
        here.raise();
        eventually().until(() -> !relay.status().sending() && relay.status().lastFailure() != null);
        assertThat(relay.status().listening()).isTrue();
        assertThat(relay.status().connected()).isFalse();

        there.set(true);

        eventually().until(() -> relay.status().connected() && relay.status().sending());
    }

    @Test
    void it_can_be_stopped_and_started_again_and_leaves_a_pools_connection_as_it_was() {
        LogSignal here = new LogSignal();
        SignalRelay relay = relay(
                here,
                new SignalRelay.Settings(true, Duration.ofMillis(5), HEARTBEAT),
                DedicatedConnections.from(database.dataSource()));
        for (int i = 0; i < 2; i++) {
            eventually().until(() -> relay.status().connected());
            here.raise();
            eventually().until(() -> sessions().size() == 2);

            assertThat(relay.stop(STOP_WITHIN)).isTrue();

            assertThat(relay.status().listening()).isFalse();
            assertThat(here.hearingOthers()).isFalse();
            assertThat(threads).noneMatch(Thread::isAlive);
            eventually().until(() -> sessions().isEmpty());
            assertThat(database.dataSource().getHikariPoolMXBean().getActiveConnections())
                    .isZero();
            relay.start();
        }
    }

    @Test
    void it_survives_a_restart_of_the_server() {
        try (TestDatabase own = TestDatabase.emptyOnFreshCluster(database.major())) {
            new SchemaMigrator(own.dataSource(), TestDatabase.SCHEMA).migrate();
            LogSignal here = new LogSignal();
            LogSignal there = new LogSignal();
            SignalRelay.Settings settings = new SignalRelay.Settings(true, Duration.ofMillis(5), HEARTBEAT);
            SignalRelay relay = relay(here, settings, own::connect);
            SignalRelay other = relay(there, settings, own::connect);
            there.raise();
            eventually()
                    .until(() -> relay.status().connected() && other.status().connected());

            own.crashServer();

            eventually().until(() -> relay.status().lastFailure() != null);
            eventually()
                    .until(() -> relay.status().connected() && other.status().connected());
            CompletableFuture<Void> woken = wokenAfterNow(here);
            there.raise();
            assertThat(woken).succeedsWithin(Duration.ofSeconds(15));
            assertThat(relay.stop(STOP_WITHIN)).isTrue();
            assertThat(other.stop(STOP_WITHIN)).isTrue();
        }
    }

    /** What anybody hears who listens to the channel of the schema. */
    private final class Listening implements AutoCloseable {

        private final Connection connection = database.connect();
        private int commits;
        private int heartbeats;

        Listening() {
            TestDatabase.on(connection).execute("LISTEN eventsource_log_eventsource");
        }

        int commits() {
            receive();
            return commits;
        }

        int heartbeats() {
            receive();
            return heartbeats;
        }

        private void receive() {
            try {
                PGNotification[] received =
                        connection.unwrap(PGConnection.class).getNotifications(10);
                for (PGNotification each : received == null ? new PGNotification[0] : received) {
                    if (each.getParameter().endsWith("heartbeat")) {
                        heartbeats++;
                    } else {
                        commits++;
                    }
                }
            } catch (SQLException failure) {
                throw new IllegalStateException(failure);
            }
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
