package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.EventSourceException;
import io.eventsource.batch.HandlerOutsideBatchException;
import io.eventsource.error.ErrorSettings;
import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.projection.EventHandlersDecorator;
import io.eventsource.subscription.SubscriptionOperations.RebuildRunningException;
import io.eventsource.subscription.SubscriptionStatuses.RebuildProgress;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

@OnEachPostgres
class RebuildIT extends SubscriptionFixture {

    RebuildIT(TestDatabase database) {
        super(database);
    }

    /** Writes a row for each event, and can forget them all. */
    private static final class Resettable implements EventHandlers {

        private final String name;
        private final JdbcTemplate jdbc;
        private final Delivery delivery;
        private final AtomicBoolean failing = new AtomicBoolean();
        private volatile CountDownLatch goOn = new CountDownLatch(0);
        private volatile Callable<@Nullable Void> then = () -> null;
        private volatile Runnable onReset = () -> {};
        private volatile Runnable afterReset = () -> {};
        private final CountDownLatch inBatch = new CountDownLatch(1);

        Resettable(String name, JdbcTemplate jdbc, Delivery delivery) {
            this.name = name;
            this.jdbc = jdbc;
            this.delivery = delivery;
            jdbc.execute(
                    "CREATE TABLE IF NOT EXISTS effects (projection text, position bigint, stream uuid, version bigint, id bigserial)");
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Set<String> eventTypes() {
            return Set.of("deposited");
        }

        @Override
        public Delivery delivery() {
            return delivery;
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            jdbc.update(
                    "INSERT INTO effects VALUES (?, ?, ?, ?)",
                    name,
                    event.position(),
                    event.aggregateId(),
                    event.version());
            inBatch.countDown();
            try {
                assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
                then.call();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        }

        @Override
        public @Nullable Runnable resetHandler() {
            return () -> {
                onReset.run();
                jdbc.update("DELETE FROM effects WHERE projection = ?", name);
                afterReset.run();
                if (failing.get()) {
                    throw new IllegalStateException("cannot empty it");
                }
            };
        }
    }

    private Resettable resettable(Delivery delivery) {
        return new Resettable(name, jdbc, delivery);
    }

    private List<Long> effects() {
        return jdbc.queryForList(
                "SELECT position FROM effects WHERE projection = ? ORDER BY position", Long.class, name);
    }

    /** From the beginning of the log, whatever other tests have left there. */
    private List<Long> everyDeposit() {
        return jdbc.queryForList(
                "SELECT position FROM eventsource.events WHERE event_type = 'deposited' ORDER BY position", Long.class);
    }

    @Test
    void a_rebuild_empties_the_read_model_and_handles_all_history_again() {
        deposit(30);
        SubscriptionManager manager = manager(settings(10, SHORT), resettable(Delivery.EXACTLY_ONCE));
        manager.start();
        awaitLive(manager, name, allDeposits().get(29));
        jdbc.update("UPDATE effects SET version = -1 WHERE projection = ?", name);

        manager.rebuild(name);

        eventually().until(() -> manager.rebuildProgress(name).isEmpty());
        assertThat(effects()).containsExactlyElementsOf(everyDeposit());
        assertThat(jdbc.queryForList(
                        "SELECT version FROM effects WHERE projection = ? AND version < 0", Long.class, name))
                .isEmpty();
    }

    @Test
    void a_reset_handler_that_ends_the_transaction_sets_nothing_back() {
        deposit(3);
        EventHandlers leaving = new EventHandlersDecorator(resettable(Delivery.EXACTLY_ONCE)) {
            @Override
            public Runnable resetHandler() {
                Runnable reset = Objects.requireNonNull(super.resetHandler());
                return () -> {
                    reset.run();
                    jdbc.execute("ROLLBACK; BEGIN");
                };
            }
        };
        SubscriptionManager manager = manager(settings(10, SHORT), leaving);
        manager.start();
        awaitLive(manager, name, allDeposits().get(2));

        assertThatThrownBy(() -> manager.rebuild(name))
                .isInstanceOf(HandlerOutsideBatchException.class)
                .hasMessageContaining("committed or rolled back");

        assertThat(manager.rebuildProgress(name)).isEmpty();
        assertThat(effects()).containsExactlyElementsOf(allDeposits());
    }

    @Test
    void a_batch_under_way_commits_before_the_reset_or_not_at_all() {
        List<Long> positions = deposit(3);
        Resettable handlers = resettable(Delivery.EXACTLY_ONCE);
        handlers.goOn = new CountDownLatch(1);
        SubscriptionManager manager = manager(settings(10, SHORT), handlers);
        manager.start();
        eventually().until(() -> handlers.inBatch.getCount() == 0);

        manager.rebuild(name);
        handlers.goOn.countDown();

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
                    .errors(new ErrorSettings(
                            0,
                            Duration.ofMillis(5),
                            2,
                            Duration.ofMillis(50),
                            false,
                            ErrorSettings.CircuitBreaker.defaults()))
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

    @Test
    void what_is_awaited_behind_a_rebuild_has_been_handled_again() throws Exception {
        deposit(50);
        SubscriptionManager manager = manager(settings(10, SHORT), resettable(Delivery.EXACTLY_ONCE));
        manager.start();
        awaitLive(manager, name, allDeposits().get(49));
        for (int i = 0; i < 5; i++) {
            manager.rebuild(name);

            assertThat(manager.awaitCurrent(name, Duration.ofSeconds(20))).isTrue();

            assertThat(effects()).containsExactlyElementsOf(everyDeposit());
            eventually().until(() -> manager.rebuildProgress(name).isEmpty());
        }
    }

    @Test
    void segments_that_are_being_merged_are_one_when_a_rebuild_has_set_them_back() {
        List<Long> positions = deposit(10);
        jdbc.update(
                """
                INSERT INTO eventsource.projection_checkpoints (projection_name, segment, position)
                SELECT projection_name, 512, position FROM eventsource.projection_checkpoints WHERE projection_name = ?""",
                name);
        jdbc.update(
                """
                UPDATE eventsource.projection_checkpoints
                   SET merge_into = 0, merge_at = ?, position = CASE segment WHEN 0 THEN ? ELSE position END,
                       last_bucket = CASE segment WHEN 0 THEN 511 ELSE 1023 END
                 WHERE projection_name = ?""",
                positions.get(0),
                positions.get(0),
                name);
        SubscriptionSettings fromTheSixth = startingFrom(quick(10), new StartPosition.After(positions.get(4)));
        SubscriptionManager manager = manager(new Tuning(fromTheSixth, SHORT), resettable(Delivery.EXACTLY_ONCE));

        manager.rebuild(name);
        manager.start();

        eventually().untilAsserted(() -> assertThat(jdbc.queryForList(
                        "SELECT last_bucket FROM eventsource.projection_checkpoints WHERE projection_name = ?",
                        Integer.class,
                        name))
                .containsExactly(1023));
        eventually().untilAsserted(() -> assertThat(effects()).containsExactlyElementsOf(positions.subList(5, 10)));
    }

    @Test
    void segments_may_be_cut_and_merged_while_they_are_being_rebuilt() {
        for (int i = 0; i < 40; i++) {
            deposit(3);
        }
        SubscriptionManager manager = manager(settings(1, SHORT), resettable(Delivery.EXACTLY_ONCE));
        manager.start();
        awaitLive(manager, name, allDeposits().get(119));
        manager.rebuild(name);

        manager.resize(name, 5);
        manager.resize(name, 2);

        eventually().until(() -> manager.rebuildProgress(name).isEmpty());
        assertThat(effects()).containsExactlyElementsOf(everyDeposit());
        eventually().untilAsserted(() -> assertThat(jdbc.queryForList(
                        "SELECT segment FROM eventsource.projection_checkpoints WHERE projection_name = ?",
                        Integer.class,
                        name))
                .hasSize(2));
    }

    @Test
    void a_segment_that_gets_another_owner_just_when_it_is_to_be_cut_is_looked_at_again() {
        StrikingDataSource striking = new StrikingDataSource(database.dataSource(), jdbc);
        SubscriptionManager manager = manager(
                List.of(resettable(Delivery.EXACTLY_ONCE)),
                settings(1, SHORT),
                signal,
                TestEvents.codec(),
                striking,
                new JdbcTransactionManager(striking));
        StrikingDataSource.Plan claimed = StrikingDataSource.Plan.before(
                Thread.currentThread().getName(),
                2,
                () -> jdbc.update(
                        "UPDATE eventsource.projection_checkpoints SET epoch = epoch + 1 WHERE projection_name = ?",
                        name));
        striking.follow(claimed);

        manager.resize(name, 5);

        assertThat(claimed.struck()).isTrue();
        assertThat(jdbc.queryForList(
                        "SELECT segment FROM eventsource.projection_checkpoints WHERE projection_name = ?",
                        Integer.class,
                        name))
                .hasSize(5);
    }

    private static SubscriptionSettings startingFrom(SubscriptionSettings settings, StartPosition startFrom) {
        return settings.toBuilder().startFrom(startFrom).build();
    }

    @Test
    void a_second_request_is_refused_while_a_rebuild_runs_and_its_progress_is_told() {
        deposit(30);
        Resettable handlers = resettable(Delivery.EXACTLY_ONCE);
        SubscriptionManager manager = manager(settings(10, SHORT), handlers);
        manager.start();
        awaitLive(manager, name, allDeposits().get(29));
        handlers.goOn = new CountDownLatch(1);
        manager.rebuild(name);

        assertThatThrownBy(() -> manager.rebuild(name))
                .isInstanceOfSatisfying(RebuildRunningException.class, refused -> assertThat(refused.name())
                        .isEqualTo(name));
        RebuildProgress progress = manager.rebuildProgress(name).orElseThrow();
        assertThat(progress.total()).isGreaterThanOrEqualTo(allDeposits().get(29));
        assertThat(progress.done()).isLessThan(progress.total());
        assertThat(progress.fraction()).isLessThan(1);
        assertThat(progress.elapsed()).isPositive();

        handlers.goOn.countDown();
        eventually().until(() -> manager.rebuildProgress(name).isEmpty());
    }

    @Test
    void a_reset_that_fails_leaves_read_model_and_checkpoint_as_they_were() {
        List<Long> positions = deposit(3);
        Resettable handlers = resettable(Delivery.EXACTLY_ONCE);
        SubscriptionManager manager = manager(settings(10, SHORT), handlers);
        manager.start();
        awaitLive(manager, name, positions.get(2));
        handlers.failing.set(true);

        assertThatThrownBy(() -> manager.rebuild(name)).hasMessage("cannot empty it");

        assertThat(effects()).containsExactlyElementsOf(positions);
        assertThat(checkpoint()).isEqualTo(positions.get(2));
        assertThat(manager.rebuildProgress(name)).isEmpty();
    }

    @Test
    void effects_elsewhere_are_repeated_only_when_that_is_asked_for() {
        deposit(3);
        SubscriptionManager manager = manager(settings(10, SHORT), resettable(Delivery.AT_LEAST_ONCE));
        manager.start();
        awaitLive(manager, name, allDeposits().get(2));

        assertThatThrownBy(() -> manager.rebuild(name))
                .isInstanceOf(EventSourceException.class)
                .hasMessageContaining("rebuildRepeatingEffects");
        assertThat(manager.rebuildAll()).isEmpty();

        manager.rebuildRepeatingEffects(name);

        eventually().until(() -> manager.rebuildProgress(name).isEmpty());
        assertThat(effects()).containsExactlyElementsOf(everyDeposit());
    }

    @Test
    void a_projection_without_a_reset_handler_is_refused_and_left_out_of_rebuilding_all() {
        SubscriptionManager manager = manager(settings(10, SHORT), handlers());
        manager.start();

        assertThatThrownBy(() -> manager.rebuild(name))
                .isInstanceOf(EventSourceException.class)
                .hasMessageContaining("@ResetHandler");
        assertThat(manager.rebuildAll()).isEmpty();
    }

    @Test
    void a_rebuild_survives_the_end_of_the_instance_that_was_asked_for_it() {
        deposit(30);
        Resettable handlers = resettable(Delivery.EXACTLY_ONCE);
        SubscriptionManager first = manager(settings(10, SHORT), handlers);
        first.start();
        awaitLive(first, name, allDeposits().get(29));
        handlers.goOn = new CountDownLatch(1);
        first.rebuild(name);
        handlers.goOn.countDown();
        assertThat(first.stop(Duration.ofSeconds(10))).isTrue();

        SubscriptionManager second = manager(settings(10, SHORT), resettable(Delivery.EXACTLY_ONCE));
        second.start();

        eventually().until(() -> second.rebuildProgress(name).isEmpty());
        assertThat(effects()).containsExactlyElementsOf(everyDeposit());
    }
}
