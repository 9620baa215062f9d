package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.log.HighWaterMark;
import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.SettableClock;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.time.Clocks;
import io.eventsource.time.Clocks.Ticker;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What running subscriptions do and say while somebody sets the wall clock. */
@OnNewestPostgres
class SubscriptionClocksIT extends SubscriptionFixture {

    private final SettableClock clock = new SettableClock();

    SubscriptionClocksIT(TestDatabase database) {
        super(database);
    }

    private SubscriptionManager started(RecordingHandlers handlers) {
        SubscriptionManager manager = made(handlers, clock.clocks());
        manager.start();
        return manager;
    }

    private SubscriptionManager made(RecordingHandlers handlers, Clocks clocks) {
        SubscriptionManager manager = SubscriptionManager.builder(
                        new EventDatabase(database.dataSource(), TestDatabase.SCHEMA, TestEvents.codec(), clocks),
                        HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, clocks),
                        signal)
                .settings(InstanceSettings.defaults().withPollInterval(SHORT))
                .build(List.of(new SubscriptionDefinition(handlers, quick(10), database.transactionManager())));
        managers.add(manager);
        return manager;
    }

    @Test
    void a_lag_never_shows_before_its_time_runs() {
        Semaphore permits = new Semaphore(0);
        AtomicReference<SubscriptionManager> watched = new AtomicReference<>();
        AtomicReference<Duration> after = new AtomicReference<>();
        AtomicBoolean looking = new AtomicBoolean();
        // whoever asks for the time, between any two steps, looks at the status first
        Ticker ticker = () -> {
            SubscriptionManager manager = watched.get();
            if (manager != null && looking.compareAndSet(false, true)) {
                try {
                    if (after.get() == null && statusOf(manager, name).lag() > 0) {
                        clock.pass(Duration.ofSeconds(1));
                        after.set(statusOf(manager, name).lagTime());
                    }
                } finally {
                    looking.set(false);
                }
            }
            return clock.nanos();
        };
        SubscriptionManager started = made(handlers().then(event -> permits.acquire()), new Clocks(clock, ticker));
        watched.set(started);
        started.start();
        deposit(1);

        eventually().until(() -> after.get() != null);

        permits.release();
        assertThat(after.get()).isEqualTo(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, -1})
    void lag_silence_and_uptime_are_what_has_passed(long hours) {
        Semaphore permits = new Semaphore(0);
        SubscriptionManager manager = started(handlers().then(event -> permits.acquire()));
        List<Long> positions = deposit(1);
        eventually().until(() -> statusOf(manager, name).lag() > 0);
        eventually().until(() -> manager.instance().tail().readAt() != null);

        clock.set(Duration.ofHours(hours));

        assertThat(statusOf(manager, name).lagTime()).isZero();
        assertThat(manager.instance().tail().silence()).isZero();
        assertThat(manager.instance().uptime()).isZero();
        assertThat(manager.status().timestamp()).as("shown by the wall clock").isEqualTo(clock.instant());

        clock.pass(Duration.ofSeconds(70));

        assertThat(statusOf(manager, name).lagTime()).isEqualTo(Duration.ofSeconds(70));
        assertThat(manager.instance().uptime()).isEqualTo(Duration.ofSeconds(70));
        // it looks on, whatever the clocks say
        eventually()
                .until(() -> Objects.requireNonNull(manager.instance().tail().silence())
                        .isZero());
        permits.release();
        awaitLive(manager, name, positions.get(0));
    }

    @Test
    void a_gap_is_reported_when_it_lasts_although_the_clock_was_set_back() throws SQLException {
        Logger logger = (Logger) LoggerFactory.getLogger(TailReader.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.setLevel(Level.WARN);
        logger.setAdditive(false);
        logger.addAppender(lines);
        try (Connection open = database.dataSource().getConnection()) {
            SubscriptionManager manager = started(handlers());
            List<Long> settled = deposit(1);
            awaitLive(manager, name, settled.get(0));
            open.setAutoCommit(false);
            insert(open);
            deposit(1);
            clock.set(Duration.ofHours(-1));

            eventually().untilAsserted(() -> {
                clock.pass(Duration.ofSeconds(2));
                assertThat(List.copyOf(lines.list)).anySatisfy(line -> assertThat(line.getFormattedMessage())
                        .contains("The log waits at a gap"));
            });
            open.rollback();
        } finally {
            logger.detachAppender(lines);
            logger.setAdditive(true);
            logger.setLevel(null);
        }
    }

    /** Draws a position and keeps it. */
    private static void insert(Connection open) throws SQLException {
        try (Statement statement = open.createStatement()) {
            statement.execute(
                    """
                    INSERT INTO eventsource.events (event_id, append_id, aggregate_id, aggregate_type, version, event_type,
                           revision, bucket, "timestamp", payload)
                    VALUES (md5(random()::text)::uuid, md5(random()::text)::uuid, md5(random()::text)::uuid, 'account', 1, 'deposited', 1, 0, now(),
                           '{"amount": 1}')""");
        }
    }
}
