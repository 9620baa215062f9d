package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.deadletter.DeadLetter.ParkingOrder;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A rebuild and the batches that run beside it: who waits for whom, and how long. */
@OnEachPostgres
class RebuildLocksIT extends RebuildFixture {

    RebuildLocksIT(TestDatabase database) {
        super(database);
    }

    @Test
    void a_batch_under_way_commits_before_the_reset_or_not_at_all() {
        List<Long> positions = deposit(3);
        Resettable handlers = resettable(Delivery.EXACTLY_ONCE);
        handlers.goOn = new CountDownLatch(1);
        SubscriptionManager manager = manager(settings(10, SHORT), handlers);
        manager.start();
        eventually().until(() -> handlers.inBatch.getCount() == 0);

        CompletableFuture<Void> rebuild = CompletableFuture.runAsync(() -> manager.rebuild(name));
        awaitResetBehindBatch();
        handlers.goOn.countDown();

        assertThat(rebuild).succeedsWithin(Duration.ofSeconds(20));
        awaitLive(manager, name, positions.get(2));
        eventually().untilAsserted(() -> assertThat(effects()).containsExactlyElementsOf(everyDeposit()));
    }

    @Test
    void a_rebuild_waits_for_the_batch_under_way_and_lets_none_begin() throws Exception {
        List<Long> positions = deposit(1);
        Resettable handlers = resettable(Delivery.EXACTLY_ONCE);
        CountDownLatch inBatch = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        SubscriptionManager manager = manager(settings(1, SHORT), handlers);
        manager.start();
        eventually().until(() -> effects().equals(positions));
        handlers.then = () -> {
            jdbc.update("UPDATE effects SET version = version + 10 WHERE projection = ?", name);
            inBatch.countDown();
            assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
            return null;
        };
        long next = deposit(1).get(0);
        assertThat(inBatch.await(20, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> rebuild = CompletableFuture.runAsync(() -> manager.rebuild(name));
        awaitResetBehindBatch();
        handlers.then = () -> null;
        goOn.countDown();

        assertThat(rebuild).succeedsWithin(Duration.ofSeconds(20));
        awaitLive(manager, name, next);
        eventually().until(() -> manager.rebuildProgress(name).isEmpty());
        assertThat(effects()).containsExactlyElementsOf(everyDeposit());
    }

    @Test
    void a_batch_that_locks_in_another_order_than_the_reset_handler_does_not_end_it() throws Exception {
        List<Long> positions = deposit(1);
        createLatest();
        Resettable handlers = resettable(Delivery.EXACTLY_ONCE);
        CountDownLatch inBatch = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger resets = new AtomicInteger();
        SubscriptionManager manager = manager(settings(1, SHORT), handlers);
        manager.start();
        eventually().until(() -> effects().equals(positions));
        handlers.then = () -> {
            jdbc.update("UPDATE latest SET position = position + 1 WHERE projection = ?", name);
            inBatch.countDown();
            assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
            jdbc.update("UPDATE effects SET version = version WHERE projection = ?", name);
            return null;
        };
        handlers.afterReset = () -> {
            resets.incrementAndGet();
            jdbc.update("DELETE FROM latest WHERE projection = ?", name);
        };
        long next = deposit(1).get(0);
        assertThat(inBatch.await(20, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> rebuild = CompletableFuture.runAsync(() -> manager.rebuild(name));
        awaitResetBehindBatch();
        goOn.countDown();

        assertThat(rebuild).succeedsWithin(Duration.ofSeconds(20));
        assertThat(resets).hasValue(1);
        awaitLive(manager, name, next);
        eventually().until(() -> manager.rebuildProgress(name).isEmpty());
        assertThat(effects()).containsExactlyElementsOf(everyDeposit());
    }

    @Test
    void a_rebuild_that_the_server_ends_because_somebody_locks_in_another_order_is_repeated() {
        List<Long> positions = deposit(1);
        createLatest();
        Resettable handlers = resettable(Delivery.EXACTLY_ONCE);
        AtomicInteger resets = new AtomicInteger();
        // the server ends whoever looks first
        handlers.onReset = () -> jdbc.execute("SET LOCAL deadlock_timeout = '3s'");
        handlers.afterReset = () -> {
            resets.incrementAndGet();
            jdbc.update("DELETE FROM latest WHERE projection = ?", name);
        };
        SubscriptionManager manager = manager(settings(1, SHORT), handlers);
        manager.start();
        eventually().until(() -> effects().equals(positions));

        CompletableFuture<Void> rebuild = new TransactionTemplate(database.transactionManager()).execute(status -> {
            jdbc.execute("SET LOCAL deadlock_timeout = '60s'");
            jdbc.update("UPDATE latest SET position = position + 1 WHERE projection = ?", name);
            CompletableFuture<Void> begun = CompletableFuture.runAsync(() -> manager.rebuild(name));
            awaitWaiting("DELETE FROM latest WHERE projection = $1");
            jdbc.update("UPDATE effects SET version = version WHERE projection = ?", name);
            return begun;
        });

        assertThat(rebuild).succeedsWithin(Duration.ofSeconds(20));
        assertThat(resets).hasValueGreaterThan(1);
        eventually().until(() -> manager.rebuildProgress(name).isEmpty());
        assertThat(effects()).containsExactlyElementsOf(everyDeposit());
    }

    @Test
    void a_batch_that_waits_longer_for_a_reset_than_a_statement_may_is_held_against_no_event() throws Exception {
        List<Long> positions = deposit(1);
        CountDownLatch inReset = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Resettable resetting = resettable(Delivery.EXACTLY_ONCE);
        resetting.onReset = () -> {
            inReset.countDown();
            try {
                assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        };
        try (HikariDataSource impatient = new HikariDataSource()) {
            impatient.setDataSource(database.dataSource());
            impatient.setConnectionInitSql("SET statement_timeout = '300ms'");
            SubscriptionSettings halting = quick(1).toBuilder()
                    .retry(new SubscriptionSettings.Retry(0, Duration.ofMillis(5), 2, Duration.ofMillis(50)))
                    .deadLetter(new SubscriptionSettings.DeadLetter(false, ParkingOrder.BY_AGGREGATE))
                    .build();
            SubscriptionManager manager = manager(
                    List.of(resettable(Delivery.EXACTLY_ONCE)),
                    new Tuning(halting, SHORT),
                    signal,
                    TestEvents.codec(),
                    impatient,
                    new JdbcTransactionManager(impatient));
            SubscriptionManager operator = manager(settings(1, SHORT), resetting);
            manager.start();
            eventually().until(() -> effects().equals(positions));

            CompletableFuture<Void> rebuild = CompletableFuture.runAsync(() -> operator.rebuild(name));
            assertThat(inReset.await(20, TimeUnit.SECONDS)).isTrue();
            long next = deposit(1).get(0);
            // it has given up the batch, and waits to see what has become of its checkpoint
            eventually().until(() -> !jdbc.queryForList(
                            "SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE '%FOR KEY SHARE'",
                            String.class)
                    .isEmpty());
            goOn.countDown();

            assertThat(rebuild).succeedsWithin(Duration.ofSeconds(20));
            awaitLive(manager, name, next);
            assertThat(effects()).containsExactlyElementsOf(everyDeposit());
            assertThat(manager.stop(Duration.ofSeconds(10))).isTrue();
        }
    }

    private void createLatest() {
        jdbc.execute("CREATE TABLE IF NOT EXISTS latest (projection text, position bigint)");
        jdbc.update("INSERT INTO latest VALUES (?, 0)", name);
    }

    private void awaitResetBehindBatch() {
        eventually()
                .until(() -> Boolean.TRUE.equals(jdbc.queryForObject(
                        """
                SELECT EXISTS (SELECT FROM pg_locks
                                WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND NOT granted
                                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))""",
                        Boolean.class)));
    }

    private void awaitWaiting(String statement) {
        eventually().untilAsserted(() -> assertThat(jdbc.queryForList(
                        "SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
                        String.class))
                .contains(statement));
    }

    @Test
    void the_server_ends_a_rebuild_whose_client_is_silent_for_the_time_of_a_lease() {
        AtomicReference<String> silence = new AtomicReference<>();
        Resettable handlers = resettable(Delivery.EXACTLY_ONCE);
        handlers.onReset =
                () -> silence.set(jdbc.queryForObject("SHOW idle_in_transaction_session_timeout", String.class));
        SubscriptionManager manager = manager(settings(10, SHORT), handlers);

        manager.rebuild(name);

        assertThat(silence).hasValue("30s");
    }
}
