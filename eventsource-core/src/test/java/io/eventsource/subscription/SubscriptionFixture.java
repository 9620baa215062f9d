package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.event.EventCodec;
import io.eventsource.log.HighWaterMark;
import io.eventsource.projection.EventHandlers;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;

/** What tests of subscriptions share: a projection of their own that begins behind the events of earlier tests. */
abstract class SubscriptionFixture {

    static final Duration LONG = Duration.ofMinutes(10);
    static final Duration SHORT = Duration.ofMillis(50);
    static final Duration STOP_WITHIN = Duration.ofSeconds(10);

    final TestDatabase database;
    final LogSignal signal = new LogSignal();
    final EventStore store;
    final JdbcTemplate jdbc;
    final long base;
    final String name = "p-" + UUID.randomUUID();
    final List<Thread> threads = new CopyOnWriteArrayList<>();
    final List<String> states = new CopyOnWriteArrayList<>();
    final List<SubscriptionManager> managers = new ArrayList<>();

    SubscriptionFixture(TestDatabase database) {
        this.database = database;
        this.store = database.store(TestEvents.codec(), signal);
        this.jdbc = database.jdbc();
        this.base = jdbc.queryForList("SELECT coalesce(max(position), 0) FROM eventsource.events", Long.class)
                .get(0);
    }

    /** The projection of a test begins behind the events of the tests before it. */
    @BeforeEach
    void beginHere() {
        jdbc.update(
                "INSERT INTO eventsource.projection_checkpoints (projection_name, segment, position) VALUES (?, 0, ?)",
                name,
                base);
    }

    @AfterEach
    void stopAll() {
        for (SubscriptionManager manager : managers) {
            assertThat(manager.stop(STOP_WITHIN)).isTrue();
        }
        // a pool hands out connections used a moment ago untested, also those whose sessions a test has ended
        if (!database.dataSource().isClosed()) {
            database.dataSource().getHikariPoolMXBean().softEvictConnections();
        }
    }

    static ConditionFactory eventually() {
        return await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(20));
    }

    /** How a test's subscriptions read, and how often the mark is looked for. */
    record Tuning(SubscriptionSettings settings, Duration pollInterval) {}

    static Tuning settings(int batchSize, Duration pollInterval) {
        return new Tuning(quick(batchSize), pollInterval);
    }

    /** The defaults with short pauses. */
    static SubscriptionSettings quick(int batchSize) {
        return SubscriptionSettings.builder()
                .batchSize(batchSize)
                .linger(Duration.ofMillis(1))
                .retry(new SubscriptionSettings.Retry(5, Duration.ofMillis(5), 2, Duration.ofMillis(50)))
                .build();
    }

    /** For tests that poison event after event on purpose. */
    static SubscriptionSettings.CircuitBreaker parkingAll() {
        SubscriptionSettings.CircuitBreaker usual =
                SubscriptionSettings.defaults().circuitBreaker();
        return new SubscriptionSettings.CircuitBreaker(
                true, usual.failureThreshold(), usual.openFor(), usual.maxOpenFor(), 0);
    }

    /** As {@link #quick}, and nothing is taken for one fault. */
    static SubscriptionSettings quickParkingAll(int batchSize) {
        return quick(batchSize).toBuilder().circuitBreaker(parkingAll()).build();
    }

    SubscriptionManager manager(Tuning settings, EventHandlers... handlers) {
        return manager(settings, signal, TestEvents.codec(), handlers);
    }

    SubscriptionManager manager(Tuning settings, LogSignal wokenBy, EventCodec codec, EventHandlers... handlers) {
        return manager(
                List.of(handlers), settings, wokenBy, codec, database.dataSource(), database.transactionManager());
    }

    SubscriptionManager manager(
            Collection<EventHandlers> handlers,
            Tuning settings,
            LogSignal wokenBy,
            EventCodec codec,
            DataSource dataSource,
            @Nullable PlatformTransactionManager transactionManager) {
        SubscriptionManager manager = SubscriptionManager.builder(
                        TestDatabase.events(dataSource, codec),
                        HighWaterMark.of(dataSource, TestDatabase.SCHEMA, Clock.systemUTC()),
                        wokenBy)
                .settings(InstanceSettings.defaults().withPollInterval(settings.pollInterval()))
                .threads(body -> {
                    Thread thread = new Thread(body);
                    threads.add(thread);
                    return thread;
                })
                .listener((changed, from, to) -> states.add(changed + ": " + from + " -> " + to))
                .build(handlers.stream()
                        .map(each -> new SubscriptionDefinition(each, settings.settings(), transactionManager))
                        .toList());
        managers.add(manager);
        return manager;
    }

    RecordingHandlers handlers() {
        return new RecordingHandlers(name, jdbc, "deposited");
    }

    /** Appends and returns the positions. */
    List<Long> deposit(int count) {
        AppendResult result = store.append(
                StreamAppend.to("account", UUID.randomUUID(), Collections.nCopies(count, new Deposited(1))));
        return LongStream.rangeClosed(result.firstPosition(), result.lastPosition())
                .boxed()
                .toList();
    }

    long checkpoint() {
        return jdbc.queryForList(
                        "SELECT position FROM eventsource.projection_checkpoints WHERE projection_name = ?",
                        Long.class,
                        name)
                .get(0);
    }

    List<Long> allDeposits() {
        return jdbc.queryForList(
                "SELECT position FROM eventsource.events WHERE event_type = 'deposited' AND position > ? ORDER BY position",
                Long.class,
                base);
    }

    static SubscriptionStatus statusOf(SubscriptionManager manager, String name) {
        return manager.status(name).orElseThrow();
    }

    static void awaitLive(SubscriptionManager manager, String name, long position) {
        eventually().untilAsserted(() -> {
            assertThat(statusOf(manager, name).position()).isGreaterThanOrEqualTo(position);
            assertThat(statusOf(manager, name).state()).isEqualTo(SubscriptionStatus.State.LIVE);
        });
    }
}
