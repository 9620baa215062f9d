package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.log.HighWaterMark;
import io.eventsource.log.HighWaterMark.LogWriter;
import io.eventsource.log.StalledWriters;
import io.eventsource.signal.LogSignal;
import io.eventsource.signal.SignalRelay;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** What other processes append arrives: by notification at once, by polling in any case. */
@OnEachPostgres
class WakeUpIT {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration HEARTBEAT = Duration.ofMillis(200);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(10);

    private final TestDatabase database;
    private final JdbcTemplate jdbc;
    private final LogSignal here = new LogSignal();
    private final LogSignal there = new LogSignal();
    private final EventStore otherProcess;
    private final String name = "w-" + UUID.randomUUID();
    private final RecordingHandlers handlers;
    private final List<SignalRelay> relays = new ArrayList<>();
    private final List<SubscriptionManager> managers = new ArrayList<>();

    WakeUpIT(TestDatabase database) {
        this.database = database;
        this.jdbc = database.jdbc();
        this.otherProcess = database.store(TestEvents.codec(), there);
        this.handlers = new RecordingHandlers(name, jdbc, "deposited");
    }

    @BeforeEach
    void beginHere() {
        jdbc.update(
                """
                INSERT INTO eventsource.projection_checkpoints (projection_name, segment, position)
                SELECT ?, 0, coalesce(max(position), 0) FROM eventsource.events""",
                name);
    }

    @AfterEach
    void stopAll() {
        managers.forEach(manager -> assertThat(manager.stop(STOP_WITHIN)).isTrue());
        relays.forEach(relay -> assertThat(relay.stop(STOP_WITHIN)).isTrue());
        database.dataSource().getHikariPoolMXBean().softEvictConnections();
    }

    private static ConditionFactory eventually() {
        return await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(20));
    }

    private SignalRelay relay(LogSignal signal, boolean listen) {
        SignalRelay relay = new SignalRelay(
                database::connect,
                TestDatabase.SCHEMA,
                signal,
                new SignalRelay.Settings(listen, Duration.ofMillis(5), HEARTBEAT),
                UUID.randomUUID(),
                Thread::new,
                Clock.systemUTC());
        relays.add(relay);
        relay.start();
        if (listen) {
            eventually().until(() -> relay.status().connected());
        }
        return relay;
    }

    private SubscriptionManager subscribe(Duration pollInterval) {
        SubscriptionManager manager = SubscriptionManager.builder(
                        TestDatabase.events(database.dataSource()),
                        HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                        here)
                .settings(InstanceSettings.defaults().withPollInterval(pollInterval))
                .build(List.of(new SubscriptionDefinition(
                        handlers, SubscriptionSettings.defaults(), database.transactionManager())));
        managers.add(manager);
        manager.start();
        eventually().until(() -> manager.status(name).orElseThrow().state() == SubscriptionStatus.State.LIVE);
        return manager;
    }

    private List<Long> deposit(EventStore into, int count) {
        var result = into.append(
                StreamAppend.to("account", UUID.randomUUID(), Collections.nCopies(count, new Deposited(1))));
        return LongStream.rangeClosed(result.firstPosition(), result.lastPosition())
                .boxed()
                .toList();
    }

    private void awaitHandled(List<Long> positions) {
        eventually().until(() -> handlers.effects().containsAll(positions));
    }

    private void endListener() {
        jdbc.queryForList(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'eventsource-listener'");
    }

    private long listeningSessions() {
        return jdbc.queryForList(
                        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'eventsource-listener'")
                .size();
    }

    @Test
    void an_event_of_another_process_arrives_although_the_next_poll_is_an_hour_away() {
        relay(here, true);
        relay(there, false);
        subscribe(HOUR);

        for (int i = 0; i < 5; i++) {
            awaitHandled(deposit(otherProcess, 2));
        }
        assertThat(listeningSessions()).isOne();
    }

    @Test
    void while_the_listener_is_cut_off_events_arrive_by_polling_and_afterwards_by_notification_again() {
        SignalRelay relay = relay(here, true);
        relay(there, false);
        subscribe(SHORT);
        awaitHandled(deposit(otherProcess, 1));

        endListener();
        awaitHandled(deposit(otherProcess, 1));

        eventually()
                .until(() ->
                        relay.status().lastFailure() != null && relay.status().connected());
        managers.get(0).stop(STOP_WITHIN);
        subscribe(HOUR);
        awaitHandled(deposit(otherProcess, 1));
    }

    @Test
    void an_event_committed_while_nobody_listened_arrives_when_the_listener_is_back() {
        SignalRelay relay = relay(here, true);
        subscribe(HOUR);
        assertThat(relay.stop(STOP_WITHIN)).isTrue();
        List<Long> missed = deposit(otherProcess, 2);

        relay.start();

        awaitHandled(missed);
    }

    @Test
    void a_lost_notification_costs_latency_only() {
        relay(here, true);
        // the other process has no relay: its notification never comes
        subscribe(SHORT);

        awaitHandled(deposit(otherProcess, 3));
    }

    @Test
    void polling_alone_opens_no_listening_session_and_delivers() {
        subscribe(SHORT);

        awaitHandled(deposit(otherProcess, 3));

        assertThat(listeningSessions()).isZero();
        assertThat(here.hearingOthers()).isFalse();
    }

    @Test
    void after_an_operator_has_ended_a_hung_appender_subscriptions_go_on_without_its_events() throws SQLException {
        subscribe(HOUR);
        try (Connection hung = database.connect()) {
            TestDatabase.on(hung).execute("BEGIN");
            List<Long> lost = deposit(
                    TestDatabase.store(
                            new SingleConnectionDataSource(hung, true),
                            TestEvents.codec(),
                            HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                            new LogSignal()),
                    1);
            List<Long> behind = deposit(database.store(TestEvents.codec(), here), 2);
            StalledWriters writers = new StalledWriters(database.dataSource(), TestDatabase.SCHEMA);
            LogWriter writer = writers.list().get(0);

            writers.end(writer, "ada", "it hangs");

            awaitHandled(behind);
            assertThat(handlers.effects()).doesNotContainAnyElementsOf(lost);
        }
    }
}
