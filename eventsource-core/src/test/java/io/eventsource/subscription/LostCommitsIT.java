package io.eventsource.subscription;

import static io.eventsource.subscription.SubscriptionFixture.LONG;
import static io.eventsource.subscription.SubscriptionFixture.STOP_WITHIN;
import static io.eventsource.subscription.SubscriptionFixture.eventually;
import static io.eventsource.subscription.SubscriptionFixture.quick;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.log.HighWaterMark;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.schema.SchemaMigrator;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.EffectLog;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.Seeds;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.io.Serial;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;

/** A server that does not wait for the disk and crashes: what it has lost leaves no effect behind. */
@OnEachPostgres
class LostCommitsIT {

    /** Commits reach the disk only when somebody asks for it, or every ten seconds. */
    private static final Map<String, String> FORGETFUL =
            Map.of("synchronous_commit", "off", "wal_writer_delay", "10s", "autovacuum", "off");

    private static final int MOST_ROUNDS = 5;

    private final TestDatabase own;
    private final LogSignal signal = new LogSignal();
    private final EventStore store;
    private final EffectLog effects;
    private final AtomicBoolean armed = new AtomicBoolean();

    LostCommitsIT(TestDatabase database) {
        this.own = TestDatabase.emptyOnFreshCluster(database.major(), FORGETFUL);
        new SchemaMigrator(own.dataSource(), TestDatabase.SCHEMA).migrate();
        this.store = own.store(TestEvents.codec(), signal);
        this.effects = new EffectLog(own.jdbc(), 0);
    }

    @BeforeEach
    void keepTheTables() {
        own.jdbc().execute("CHECKPOINT");
    }

    @AfterEach
    void stopTheServer() {
        own.close();
    }

    private EffectHandlers handlers(String name) {
        EffectHandlers handlers = new EffectHandlers(name, own.jdbc(), Delivery.EXACTLY_ONCE, false);
        effects.begin(name);
        return handlers;
    }

    private SubscriptionManager manager(PlatformTransactionManager transactions, EffectHandlers... handlers) {
        return SubscriptionManager.builder(
                        TestDatabase.events(own.dataSource()),
                        HighWaterMark.of(own.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                        signal)
                .settings(InstanceSettings.defaults().withPollInterval(LONG))
                .build(Stream.of(handlers)
                        .map(each -> new SubscriptionDefinition(each, quick(100), transactions))
                        .toList());
    }

    private long deposit(int count) {
        return store.append(StreamAppend.to("account", UUID.randomUUID(), Collections.nCopies(count, new Deposited(1))))
                .lastPosition();
    }

    /** Crashes the server and returns when it can be reached again, on connections that are all new. */
    private void crash() {
        try (Connection witness = own.connect()) {
            own.crashServer();
            eventually().until(() -> !witness.isValid(1));
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
        HikariDataSource pool = own.dataSource();
        pool.getHikariPoolMXBean().softEvictConnections();
        eventually()
                .ignoreExceptions()
                .until(() -> own.jdbc().queryForList("SELECT 1").size() == 1);
    }

    /** Begins a transaction right after a crash, if it is to. */
    private final class AfterACrash extends JdbcTransactionManager {

        @Serial
        private static final long serialVersionUID = 1L;

        AfterACrash(HikariDataSource dataSource) {
            super(dataSource);
        }

        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {
            if (armed.get()) {
                crash();
                armed.set(false);
            }
            super.doBegin(transaction, definition);
        }
    }

    @Test
    void an_event_that_was_read_before_the_crash_that_lost_it_has_no_effect_after_it() {
        EffectHandlers handlers = handlers("after-a-crash");
        own.jdbc().execute("CHECKPOINT");
        SubscriptionManager manager = manager(new AfterACrash(own.dataSource()), handlers);
        manager.start();
        long lost = 0;
        for (int round = 0; round < MOST_ROUNDS && lost == 0; round++) {
            awaitHandled(manager, handlers, deposit(3));
            // what is handled stays handled
            own.jdbc().execute("CHECKPOINT");
            armed.set(true);
            UUID account = UUID.randomUUID();
            store.append(StreamAppend.to("account", account, new Deposited(1)));
            eventually().until(() -> !armed.get());
            boolean kept = store.currentVersion(account) == 1;
            lost += kept ? 0 : 1;
        }
        awaitHandled(manager, handlers, deposit(3));
        assertThat(manager.stop(STOP_WITHIN)).isTrue();

        assertThat(lost).as("the crash loses an event").isPositive();
        assertEffectsAreThoseOfTheLog(handlers);
    }

    /** What was handed over and lost afterwards does not count, only what is there. */
    private void assertEffectsAreThoseOfTheLog(EffectHandlers handlers) {
        List<Map<String, Object>> events = own.jdbc()
                .queryForList("SELECT position, aggregate_id AS stream, version FROM eventsource.events ORDER BY 1");
        List<Map<String, Object>> there = own.jdbc()
                .queryForList(
                        "SELECT position, stream, version FROM effect_log WHERE projection = ? ORDER BY id",
                        handlers.name());
        assertThat(there).as("effects of '%s'", handlers.name()).isEqualTo(events);
    }

    private void awaitHandled(SubscriptionManager manager, EffectHandlers handlers, long position) {
        eventually().untilAsserted(() -> {
            assertThat(SubscriptionFixture.statusOf(manager, handlers.name()).position())
                    .isGreaterThanOrEqualTo(position);
            assertThat(own.jdbc().queryForList("SELECT FROM effect_log WHERE position = ?", position))
                    .isNotEmpty();
        });
    }

    @Test
    void crashes_under_traffic_leave_exactly_the_effects_of_what_is_in_the_log() throws Exception {
        Random random = new Random(Seeds.next(LostCommitsIT.class));
        List<EffectHandlers> all =
                Stream.of("one", "two", "three").map(this::handlers).toList();
        own.jdbc().execute("CHECKPOINT");
        SubscriptionManager manager =
                manager(new JdbcTransactionManager(own.dataSource()), all.toArray(EffectHandlers[]::new));
        manager.start();
        for (int crash = 0; crash < 4; crash++) {
            AtomicBoolean enough = new AtomicBoolean();
            CountDownLatch some = new CountDownLatch(20 + random.nextInt(100));
            AtomicInteger since = new AtomicInteger();
            Thread writer = new Thread(() -> {
                while (!enough.get()) {
                    try {
                        deposit(1 + since.incrementAndGet() % 3);
                        some.countDown();
                    } catch (RuntimeException down) {
                        // the log knows whether it was committed
                        since.set(0);
                    }
                }
            });
            writer.start();
            assertThat(some.await(20, TimeUnit.SECONDS)).isTrue();
            crash();
            eventually().until(() -> since.get() > 50);
            enough.set(true);
            writer.join();
            long last = deposit(1);
            all.forEach(each -> awaitHandled(manager, each, last));
        }
        assertThat(manager.stop(STOP_WITHIN)).isTrue();

        all.forEach(this::assertEffectsAreThoseOfTheLog);
    }
}
