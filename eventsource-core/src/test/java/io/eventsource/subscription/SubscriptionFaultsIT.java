package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.log.HighWaterMark;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.schema.SchemaMigrator;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.StrikingDataSource.Blow;
import io.eventsource.subscription.StrikingDataSource.Plan;
import io.eventsource.subscription.SubscriptionSettings.CheckpointStrategy;
import io.eventsource.testing.EffectLog;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.Onlooker;
import io.eventsource.testing.RandomAppends;
import io.eventsource.testing.Seeds;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * Whatever strikes a subscription, it goes on by itself: nothing is skipped, no effect of an exactly-once projection is
 * missing, doubled or out of order, and whoever looks meanwhile finds read model and checkpoint consistent.
 */
@OnEachPostgres
class SubscriptionFaultsIT extends SubscriptionFixture {

    private static final int TRANSACTIONS = 80;

    private final long seed = Seeds.next(SubscriptionFaultsIT.class);
    private final Random random = new Random(seed);
    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final EffectLog effects;

    SubscriptionFaultsIT(TestDatabase database) {
        super(database);
        this.effects = new EffectLog(jdbc, base);
    }

    @AfterEach
    void close() throws Exception {
        for (SubscriptionManager manager : managers) {
            assertThat(manager.stop(STOP_WITHIN)).isTrue();
        }
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private HikariDataSource pool(TestDatabase of, String application, int size, Duration timeout) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(of.dataSource().getJdbcUrl());
        config.addDataSourceProperty("ApplicationName", application);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(timeout.toMillis());
        HikariDataSource pool = new HikariDataSource(config);
        opened.add(pool);
        return pool;
    }

    /** An exactly-once projection event by event and one by batches, and an at-least-once one, on one manager. */
    private final class Projections {

        final List<EffectHandlers> all;
        final SubscriptionManager manager;
        private final EffectLog log;

        Projections(DataSource dataSource, EffectLog log, LogSignal wokenBy) {
            JdbcTemplate writing = new JdbcTemplate(dataSource);
            String suffix = "-" + UUID.randomUUID();
            this.log = log;
            this.all = List.of(
                    new EffectHandlers("each" + suffix, writing, Delivery.EXACTLY_ONCE, false),
                    new EffectHandlers("batch" + suffix, writing, Delivery.EXACTLY_ONCE, true),
                    new EffectHandlers("least" + suffix, writing, Delivery.AT_LEAST_ONCE, false));
            all.forEach(each -> log.begin(each.name()));
            this.manager = managerOn(dataSource, wokenBy, all.toArray(EffectHandlers[]::new));
        }

        List<Onlooker.Watched> watched() {
            return all.stream()
                    .map(each -> new Onlooker.Watched(each.name(), each.exactlyOnce()))
                    .toList();
        }

        String any() {
            return all.get(random.nextInt(all.size())).name();
        }

        void drain() {
            all.forEach(each -> eventually()
                    .ignoreExceptions()
                    .until(() -> manager.awaitCurrent(each.name(), Duration.ofSeconds(20))));
            for (EffectHandlers each : all) {
                violations.addAll(each.violationsInTheEnd(log));
            }
            assertThat(violations).as("seed %d", seed).isEmpty();
        }
    }

    private SubscriptionManager managerOn(DataSource dataSource, LogSignal wokenBy, EffectHandlers... handlers) {
        SubscriptionManager manager = SubscriptionManager.builder(
                        TestDatabase.events(dataSource),
                        HighWaterMark.of(dataSource, TestDatabase.SCHEMA, Clock.systemUTC()),
                        wokenBy)
                .settings(InstanceSettings.defaults().withPollInterval(SHORT))
                .listener((changed, from, to) -> states.add(changed + ": " + from + " -> " + to))
                .build(Arrays.stream(handlers)
                        .map(each -> new SubscriptionDefinition(
                                each,
                                each.exactlyOnce() ? quick(10) : periodic(),
                                each.exactlyOnce() ? new JdbcTransactionManager(dataSource) : null))
                        .toList());
        managers.add(manager);
        return manager;
    }

    private static SubscriptionSettings periodic() {
        SubscriptionSettings quick = quick(10);
        return quick.toBuilder()
                .checkpoint(new SubscriptionSettings.Checkpoint(CheckpointStrategy.PERIODIC, Duration.ofMillis(20)))
                .build();
    }

    private void endSessions(String application) {
        jdbc.queryForList(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = ?",
                application);
    }

    /** What strikes while there is traffic. */
    private enum Fault {
        SESSIONS_ENDED,
        WRITERS_ENDED,
        ONE_RESTARTED,
        ALL_RESTARTED,
        PAUSED,
        PAUSED_LONG
    }

    private void strike(Fault fault, Projections projections, FaultTraffic traffic) {
        SubscriptionManager manager = projections.manager;
        String one = projections.any();
        switch (fault) {
            case SESSIONS_ENDED -> endSessions("subscriptions");
            case WRITERS_ENDED -> endSessions("writers");
            case ONE_RESTARTED -> {
                assertThat(manager.stop(one, STOP_WITHIN)).isTrue();
                manager.start(one);
            }
            case ALL_RESTARTED -> {
                assertThat(manager.stop(STOP_WITHIN)).isTrue();
                manager.start();
            }
            case PAUSED -> pause(manager, one, () -> {});
            case PAUSED_LONG -> pause(manager, one, traffic::appendHeavily);
        }
    }

    private static void pause(SubscriptionManager manager, String one, Runnable meanwhile) {
        insisting(() -> manager.pause(one));
        eventually().until(() -> statusOf(manager, one).state() == SubscriptionStatus.State.PAUSED);
        meanwhile.run();
        insisting(() -> manager.resume(one));
    }

    /** As an operator, who asks again where the session of the request was ended: it is written down, or an exception says that it is not. */
    private static void insisting(Runnable request) {
        eventually().ignoreExceptionsInstanceOf(DataAccessException.class).until(() -> {
            request.run();
            return true;
        });
    }

    private void traffic(HikariDataSource writing, Projections projections, List<Fault> once, List<Fault> often)
            throws SQLException {
        try (TestDatabase neighbour = database.neighbour();
                Onlooker onlooker = new Onlooker(database::connect, effects, Duration.ZERO, projections.watched())) {
            FaultTraffic traffic =
                    new FaultTraffic(database, neighbour, writing, signal, random.nextLong(), TRANSACTIONS);
            projections.manager.start();
            traffic.run(() -> {
                List<Fault> first = new ArrayList<>(once);
                Collections.shuffle(first, random);
                while (!first.isEmpty() || !traffic.over()) {
                    if (first.isEmpty() && often.isEmpty()) {
                        return;
                    }
                    Fault next = first.isEmpty() ? often.get(random.nextInt(often.size())) : first.remove(0);
                    strike(next, projections, traffic);
                    letTimePass(random.nextInt(60));
                }
            });
            // an idle session that was ended is handed out untested for a moment
            writing.getHikariPoolMXBean().softEvictConnections();
            projections.drain();
            assertThat(onlooker.violations()).as("seed %d", seed).isEmpty();
            assertThat(onlooker.cuts()).isZero();
            assertThat(onlooker.looks()).isGreaterThan(30);
            assertThat(traffic.committed()).isGreaterThan(TRANSACTIONS);
            for (EffectHandlers each : projections.all) {
                Map<Long, Integer> places = effects.places(each.name());
                for (RandomAppends.Cause cause : traffic.causes()) {
                    Integer seen = places.get(cause.seen());
                    Integer appended = places.get(cause.appended());
                    assertThat(seen).as("seed %d: %s", seed, cause).isNotNull().isLessThan(appended);
                }
            }
        }
    }

    private static void letTimePass(long millis) {
        try {
            boolean unused = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void under_random_traffic_and_faults_nothing_is_skipped_doubled_or_out_of_order() throws Exception {
        HikariDataSource pool = pool(database, "subscriptions", 8, Duration.ofSeconds(2));
        HikariDataSource writing = pool(database, "writers", 8, Duration.ofSeconds(2));
        Projections projections = new Projections(pool, effects, signal);

        traffic(
                writing,
                projections,
                List.of(Fault.values()),
                List.of(
                        Fault.SESSIONS_ENDED,
                        Fault.SESSIONS_ENDED,
                        Fault.WRITERS_ENDED,
                        Fault.ONE_RESTARTED,
                        Fault.ALL_RESTARTED,
                        Fault.PAUSED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"repeatable read", "serializable"})
    void under_another_default_isolation_everything_is_handled_exactly_once(String isolation) throws Exception {
        jdbc.execute(
                "ALTER DATABASE %s SET default_transaction_isolation = '%s'".formatted(database.name(), isolation));
        try {
            HikariDataSource pool = pool(database, "subscriptions", 8, Duration.ofSeconds(2));
            HikariDataSource writing = pool(database, "writers", 8, Duration.ofSeconds(2));
            assertThat(new JdbcTemplate(pool).queryForList("SHOW transaction_isolation", String.class))
                    .containsExactly(isolation);
            Projections projections = new Projections(pool, effects, signal);

            traffic(writing, projections, List.of(Fault.ONE_RESTARTED, Fault.PAUSED), List.of());
        } finally {
            jdbc.execute("ALTER DATABASE %s RESET default_transaction_isolation".formatted(database.name()));
        }
    }

    @ParameterizedTest
    @EnumSource(Blow.class)
    void a_session_ended_at_any_statement_leaves_read_model_and_checkpoint_consistent(Blow blow) throws Exception {
        HikariDataSource pool = pool(database, "struck", 8, Duration.ofSeconds(2));
        StrikingDataSource striking = new StrikingDataSource(pool, jdbc);
        try (Connection elsewhere = database.connect()) {
            for (Delivery delivery : Delivery.values()) {
                int boundary = 1;
                while (struck(striking, elsewhere, delivery, boundary, blow)) {
                    boundary++;
                }
                // checkpoint, page, and at least handlers, checkpoint and commit
                assertThat(boundary).as("boundaries of %s", delivery).isGreaterThan(8);
            }
        }
    }

    /** A subscription that handles five events in batches of three and is struck once; returns whether it came to that. */
    private boolean struck(
            StrikingDataSource striking, Connection elsewhere, Delivery delivery, int boundary, Blow blow) {
        long begin = jdbc.queryForList("SELECT coalesce(max(position), 0) FROM eventsource.events", Long.class)
                .get(0);
        EffectLog own = new EffectLog(jdbc, begin);
        String projection = "struck-" + UUID.randomUUID();
        EffectHandlers handlers = new EffectHandlers(projection, new JdbcTemplate(striking), delivery, false);
        own.begin(projection);
        List<Long> positions = deposit(5);
        String when = "%s, %s boundary %d".formatted(delivery, blow, boundary);
        Plan plan = new Plan(
                "eventsource-" + projection, boundary, blow, () -> own.look(TestDatabase.on(elsewhere), projection)
                        .violations(projection, handlers.exactlyOnce())
                        .forEach(each -> violations.add(when + ": " + each)));
        striking.follow(plan);
        SubscriptionManager manager = SubscriptionManager.builder(
                        TestDatabase.events(striking),
                        HighWaterMark.of(striking, TestDatabase.SCHEMA, Clock.systemUTC()),
                        signal)
                .settings(InstanceSettings.defaults().withPollInterval(LONG))
                .build(List.of(new SubscriptionDefinition(
                        handlers, quick(3), handlers.exactlyOnce() ? new JdbcTransactionManager(striking) : null)));
        managers.add(manager);
        manager.start();
        eventually().untilAsserted(() -> {
            assertThat(statusOf(manager, projection).position()).isGreaterThanOrEqualTo(positions.get(4));
            assertThat(statusOf(manager, projection).failures()).isZero();
        });
        assertThat(manager.stop(STOP_WITHIN)).isTrue();
        violations.addAll(
                own.look(TestDatabase.on(elsewhere), projection).violations(projection, handlers.exactlyOnce()));
        violations.addAll(handlers.violationsInTheEnd(own));
        assertThat(violations).as(when).isEmpty();
        assertThat(own.look(TestDatabase.on(elsewhere), projection).checkpoint())
                .as(when)
                .isEqualTo(positions.get(4));
        return plan.struck();
    }

    @Test
    void a_crash_of_the_server_is_survived_without_a_restart_of_the_application() throws Exception {
        try (TestDatabase own =
                TestDatabase.emptyOnFreshCluster(database.major(), Map.of("synchronous_commit", "on"))) {
            new SchemaMigrator(own.dataSource(), TestDatabase.SCHEMA).migrate();
            HikariDataSource pool = pool(own, "subscriptions", 8, Duration.ofSeconds(2));
            EventStore appending = own.store(TestEvents.codec(), signal);
            Projections projections = new Projections(pool, new EffectLog(own.jdbc(), 0), signal);
            projections.manager.start();
            for (int crash = 0; crash < 2; crash++) {
                CountDownLatch some = new CountDownLatch(30);
                AtomicBoolean enough = new AtomicBoolean();
                AtomicBoolean afterwards = new AtomicBoolean();
                Thread writer = new Thread(() -> {
                    while (!enough.get()) {
                        try {
                            appending.append(StreamAppend.to(
                                    "account",
                                    UUID.randomUUID(),
                                    Collections.nCopies(1 + random.nextInt(3), new Deposited(1))));
                            some.countDown();
                            afterwards.set(true);
                        } catch (RuntimeException down) {
                            // whether it was committed or not, the log knows
                            letTimePass(5);
                        }
                    }
                });
                writer.start();
                assertThat(some.await(20, TimeUnit.SECONDS)).isTrue();
                crash(own);
                afterwards.set(false);
                eventually().until(afterwards::get);
                enough.set(true);
                writer.join();
                projections.drain();
            }
            assertThat(projections.manager.stop(STOP_WITHIN)).isTrue();
            pool.close();
        }
    }

    /** Returns when the server has ended the sessions of all others. */
    private static void crash(TestDatabase own) throws SQLException {
        try (Connection witness = own.connect()) {
            own.crashServer();
            eventually().until(() -> !witness.isValid(1));
        }
    }

    @Test
    void an_exhausted_pool_is_shown_and_nothing_is_lost() throws Exception {
        HikariDataSource pool = pool(database, "exhausted", 3, Duration.ofMillis(250));
        Projections projections = new Projections(pool, effects, signal);
        SubscriptionManager manager = projections.manager;
        List<Connection> held = hold(pool);
        manager.start();
        deposit(10);
        eventually().until(() -> !manager.instance().tail().reading());
        projections.all.forEach(each ->
                eventually().until(() -> statusOf(manager, each.name()).state() == SubscriptionStatus.State.RETRYING));
        release(held);
        projections.drain();
        projections.all.forEach(each -> awaitLive(manager, each.name(), base));
        eventually().until(() -> manager.instance().tail().reading());

        held = hold(pool);
        deposit(10);
        eventually().until(() -> !manager.instance().tail().reading());
        assertThat(manager.instance().tail().reading()).isFalse();
        release(held);

        projections.drain();
        eventually().until(() -> manager.instance().tail().reading());
    }

    /** Takes all connections of a pool, as soon as it gets hold of them. */
    private static List<Connection> hold(HikariDataSource pool) {
        List<Connection> held = new ArrayList<>();
        while (held.size() < pool.getMaximumPoolSize()) {
            Connection next = eventually().ignoreExceptions().until(pool::getConnection, each -> true);
            held.add(next);
        }
        return held;
    }

    private static void release(List<Connection> held) throws SQLException {
        for (Connection each : held) {
            each.close();
        }
    }
}
