package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.event.Upcaster;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.subscription.SubscriptionSettings.CheckpointStrategy;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Withdrawn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.LongNode;

/** What a subscription parks, and what becomes of it when checkpoints, segments, read models and event types change. */
@OnEachPostgres
class ParkingFailuresIT extends ParkingSubscriptionFixture {

    /** A thread for each: the common pool has one where there are two processors, which whoever waits would keep from the next. */
    private static final Executor THREADS = task -> new Thread(task).start();

    ParkingFailuresIT(TestDatabase database) {
        super(database);
    }

    private static SubscriptionSettings.Builder withoutRetries(SubscriptionSettings.Builder settings) {
        return settings.retry(new SubscriptionSettings.Retry(0, Duration.ofMillis(1), 1, Duration.ofMillis(1)))
                .circuitBreaker(parkingAll());
    }

    private static Tuning withoutRetries(CheckpointStrategy strategy, Duration interval, int batchSize) {
        return new Tuning(
                withoutRetries(quick(batchSize).toBuilder())
                        .checkpoint(new SubscriptionSettings.Checkpoint(strategy, interval))
                        .segments(new SubscriptionSettings.Segments(1, 1))
                        .build(),
                SHORT);
    }

    private SubscriptionManager atLeastOnce(Tuning tuning, PoisonHandlers least) {
        return manager(List.of(least), tuning, signal, TestEvents.codec(), database.dataSource(), null);
    }

    /** The statement that writes the checkpoint fails, so often as this says. */
    private void failCheckpoints(int times) {
        jdbc.execute("CREATE SEQUENCE IF NOT EXISTS checkpoint_failures");
        jdbc.execute("SELECT setval('checkpoint_failures', 1, false)");
        jdbc.execute(
                """
                CREATE OR REPLACE FUNCTION fail_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  IF nextval('checkpoint_failures') <= %d THEN
                    RAISE EXCEPTION 'not this time' USING ERRCODE = 'check_violation';
                  END IF;
                  RETURN NEW;
                END $$"""
                        .formatted(times));
        jdbc.execute(
                """
                CREATE TRIGGER fail_checkpoint BEFORE UPDATE OF position ON eventsource.projection_checkpoints
                   FOR EACH ROW WHEN (OLD.projection_name = '%s' AND NEW.position <> OLD.position)
                   EXECUTE FUNCTION fail_checkpoint()"""
                        .formatted(name));
    }

    private void mendCheckpoints() {
        jdbc.execute("DROP TRIGGER fail_checkpoint ON eventsource.projection_checkpoints");
    }

    @Test
    void an_event_that_was_handled_is_not_parked_when_its_checkpoint_cannot_be_written_later() {
        PoisonHandlers least = new PoisonHandlers(name, Delivery.AT_LEAST_ONCE, jdbc);
        SubscriptionManager manager =
                atLeastOnce(withoutRetries(CheckpointStrategy.PERIODIC, Duration.ofMillis(300), 1), least);
        failCheckpoints(1);
        try {
            manager.start();
            long last = deposit(UUID.randomUUID(), 1);

            eventually().until(() -> checkpoint() == last);

            // it is counted when the checkpoint has been written at another attempt, right after the failure
            eventually().until(() -> statusOf(manager, name).failedAttempts() == 1);
            assertThat(effects.everParked()).isZero();
        } finally {
            mendCheckpoints();
        }
    }

    @Test
    void a_rebuild_waits_for_a_replay_under_way_and_repeats_its_event_once() throws Exception {
        UUID account = UUID.randomUUID();
        long poison = deposit(account, 1);
        deposit(account, 2);
        handlers.poisonedAt(Set.of(poison));
        SubscriptionManager manager = manager(failing(ParkingFailuresIT::withoutRetries), handlers);
        manager.start();
        awaitPassed(manager);
        CountDownLatch handling = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        handlers.poisonedBy(event -> {
            handling.countDown();
            awaitLatch(goOn);
        });
        CompletableFuture<DeadLetterReplay.Result> replay =
                CompletableFuture.supplyAsync(() -> replay().replay(own, 1), THREADS);
        awaitLatch(handling);

        CompletableFuture<Void> rebuild = CompletableFuture.runAsync(() -> manager.rebuild(name), THREADS);
        await().atMost(Duration.ofSeconds(20)).until(this::somebodyWaits);
        goOn.countDown();

        assertThat(replay.get(20, TimeUnit.SECONDS).resolved()).isOne();
        rebuild.get(20, TimeUnit.SECONDS);
        handlers.mend();
        eventually().until(() -> manager.rebuildProgress(name).isEmpty());
        awaitPassed(manager);
        assertThat(jdbc.queryForList(
                        "SELECT position FROM effects WHERE projection = ? AND position > ? ORDER BY position",
                        Long.class,
                        name,
                        base))
                .isEqualTo(allDeposits());
        assertThat(effects.open()).isZero();
    }

    private boolean somebodyWaits() {
        return Boolean.TRUE.equals(jdbc.queryForObject(
                """
                SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                                  AND wait_event_type = 'Lock' AND (query LIKE '%parked_aggregates%'
                                   OR query LIKE '%dead_letter_queue%'))""",
                Boolean.class));
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void a_rebuild_discards_what_is_open_and_handles_it_again() {
        UUID account = UUID.randomUUID();
        long poison = deposit(account, 1);
        deposit(account, 2);
        handlers.poisonedAt(Set.of(poison));
        SubscriptionManager manager = manager(failing(ParkingFailuresIT::withoutRetries), handlers);
        manager.start();
        awaitPassed(manager);
        assertThat(effects.open()).isEqualTo(3);
        handlers.mend();

        manager.rebuild(name);

        assertThat(effects.open()).isZero();
        eventually().until(() -> manager.rebuildProgress(name).isEmpty());
        awaitPassed(manager);
        assertThat(letters.list(own, 0, 10)).allMatch(each -> each.status() == DeadLetter.Status.DISCARDED);
        assertThat(jdbc.queryForList(
                        "SELECT position FROM effects WHERE projection = ? AND position > ? ORDER BY position",
                        Long.class,
                        name,
                        base))
                .isEqualTo(allDeposits());
    }

    @Test
    void a_rebuild_that_fails_leaves_what_is_open_as_it_was() {
        long poison = deposit(UUID.randomUUID(), 1);
        handlers.poisonedAt(Set.of(poison));
        SubscriptionManager manager = manager(failing(ParkingFailuresIT::withoutRetries), handlers);
        manager.start();
        awaitPassed(manager);
        jdbc.execute(
                """
                CREATE OR REPLACE FUNCTION refuse_rebuild() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'refused by the test' USING ERRCODE = 'check_violation'; END $$""");
        jdbc.execute(
                """
                CREATE CONSTRAINT TRIGGER refuse_rebuild AFTER UPDATE ON eventsource.projection_checkpoints
                   DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
                   WHEN (NEW.projection_name = '%s' AND NEW.rebuild_until IS NOT NULL) EXECUTE FUNCTION refuse_rebuild()"""
                        .formatted(name));
        try {
            assertThatThrownBy(() -> manager.rebuild(name)).hasMessageContaining("refused by the test");
        } finally {
            jdbc.execute("DROP TRIGGER refuse_rebuild ON eventsource.projection_checkpoints");
        }

        assertThat(effects.openPositions()).containsExactly(poison);
        assertThat(effects.violations()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(CheckpointStrategy.class)
    void effects_elsewhere_lose_nothing_whenever_the_checkpoint_is_written(CheckpointStrategy strategy) {
        PoisonHandlers least = new PoisonHandlers(name, Delivery.AT_LEAST_ONCE, jdbc);
        List<UUID> accounts = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            accounts.add(UUID.randomUUID());
        }
        Set<Long> poison = new HashSet<>();
        Set<Long> behind = new HashSet<>();
        for (int round = 1; round <= 12; round++) {
            for (int i = 0; i < accounts.size(); i++) {
                long position = deposit(accounts.get(i), 1);
                // the first accounts fail one after the other, at different places in batches
                if (round == 3 + i && i < 4) {
                    poison.add(position);
                } else if (round > 3 + i && i < 4) {
                    behind.add(position);
                }
            }
        }
        least.poisonedAt(poison);
        SubscriptionManager manager = atLeastOnce(withoutRetries(strategy, Duration.ofMillis(20), 7), least);

        manager.start();
        awaitPassed(manager);
        assertThat(manager.stop(STOP_WITHIN)).isTrue();

        Set<Long> parked = new HashSet<>(poison);
        parked.addAll(behind);
        assertThat(effects.openPositions())
                .containsExactlyElementsOf(parked.stream().sorted().toList());
        List<Long> unparked = allDeposits();
        unparked.removeAll(parked);
        // those that are poisoned have written outside of a transaction before they failed
        Set<Long> handled = new HashSet<>(effects.positions());
        handled.removeAll(poison);
        assertThat(handled).containsExactlyInAnyOrderElementsOf(unparked);
        assertThat(jdbc.queryForObject(
                        "SELECT events_processed FROM eventsource.projection_checkpoints WHERE projection_name = ?",
                        Long.class,
                        name))
                .isEqualTo(96);
        least.mend();
        assertThat(replay(least, database.dataSource(), null).replay(own, MANY).resolved())
                .isEqualTo(parked.size());
        assertThat(new HashSet<>(effects.positions())).containsExactlyInAnyOrderElementsOf(allDeposits());
    }

    @Test
    void an_event_whose_type_nobody_knew_is_handled_with_those_behind_it_when_its_class_is_there() {
        EventCodec without = TestEvents.codec(EventRegistry.of(Withdrawn.class));
        UUID account = UUID.randomUUID();
        deposit(account, 3);
        UUID other = UUID.randomUUID();
        deposit(other, 1);
        SubscriptionManager manager = manager(new Tuning(quick(10), SHORT), signal, without, handlers);
        manager.start();
        awaitPassed(manager);

        assertThat(handlers.attempts()).isEmpty();
        assertThat(letters.list(own, 0, 10))
                .extracting(DeadLetter::status)
                .containsExactly(
                        DeadLetter.Status.FAILED,
                        DeadLetter.Status.WAITING,
                        DeadLetter.Status.WAITING,
                        DeadLetter.Status.FAILED);

        assertThat(replay().replay(own, MANY).resolved()).isEqualTo(4);
        assertAllHandledOnce();
    }

    /** Events as a later version of the application knows them. */
    @EventType(value = "deposited", revision = 2)
    record DepositedCents(long cents) {}

    private static EventCodec later(Upcaster... upcasters) {
        return new EventCodec(EventRegistry.of(DepositedCents.class), PayloadSerializer.json(), List.of(upcasters));
    }

    @Test
    void events_of_an_old_revision_are_handled_in_order_when_the_upcaster_that_was_forgotten_is_there() {
        UUID account = UUID.randomUUID();
        deposit(account, 3);
        SubscriptionManager manager = manager(new Tuning(quick(10), SHORT), signal, later(), handlers);
        manager.start();
        awaitPassed(manager);
        assertThat(handlers.attempts()).isEmpty();
        assertThat(letters.list(own, 0, 10)).hasSize(3).first().satisfies(letter -> assertThat(
                        Objects.requireNonNull(letter.failure()).errorMessage())
                .contains("deposited", "revision 1"));
        assertThat(manager.stop(Duration.ofSeconds(10))).isTrue();

        List<Object> payloads = new CopyOnWriteArrayList<>();
        handlers.poisonedBy(event -> payloads.add(event.payload()));
        EventCodec mended = later(Upcaster.from("deposited", 1)
                .renameField("amount", "cents")
                .convertField("cents", amount -> LongNode.valueOf(100 * amount.asLong()))
                .toNextRevision());
        DeadLetterReplay replay = new DeadLetterReplay(
                List.of(new DeadLetterReplay.Target(handlers, database.transactionManager())),
                TestDatabase.events(database.dataSource(), mended),
                ErrorClassifier.standard(),
                new DeadLetterReplay.Settings(100_000, AutomaticRetry.OFF));

        assertThat(replay.replay(own, MANY).resolved()).isEqualTo(3);
        assertThat(payloads).containsOnly(new DepositedCents(100)).hasSize(3);
        assertAllHandledOnce();
    }

    @Test
    void parked_aggregates_stay_parked_through_cuts_merges_and_takeovers() {
        List<UUID> accounts = new ArrayList<>();
        Set<Long> poison = new HashSet<>();
        for (int i = 0; i < 12; i++) {
            accounts.add(UUID.randomUUID());
            poison.add(deposit(accounts.get(i), 1));
        }
        handlers.poisonedAt(poison);
        InstanceSettings how =
                InstanceSettings.defaults().withPollInterval(SHORT).withLeaseDuration(Duration.ofSeconds(3));
        SubscriptionSettings settings =
                leased(withoutRetries(quick(10).toBuilder()).build());
        SubscriptionManager first = instance(settings, how);
        first.start();
        eventually().until(() -> effects.open() == 12);

        for (int count : new int[] {5, 2, 7, 1}) {
            first.resize(name, count);
            eventually().until(() -> segmentCount() == count);
            accounts.forEach(each -> deposit(each, 1));
        }
        SubscriptionManager second = instance(settings, how);
        second.start();
        assertThat(first.stop(STOP_WITHIN)).isTrue();
        accounts.forEach(each -> deposit(each, 1));

        eventually().until(() -> effects.open() == 12 * 6);
        assertThat(effects.count()).isZero();
        assertThat(effects.violations()).isEmpty();
        handlers.mend();
        assertThat(replay().replay(own, MANY).resolved()).isEqualTo(12 * 6);
        assertAllHandledOnce();
        assertThat(handlers.attempts().stream().filter(each -> !poison.contains(each)))
                .as("those behind are given to the handler by the replay alone")
                .hasSize(12 * 5);
    }

    private int segmentCount() {
        return jdbc.queryForList(
                        "SELECT count(*) FROM eventsource.projection_checkpoints WHERE projection_name = ?",
                        Integer.class,
                        name)
                .get(0);
    }

    private static SubscriptionSettings leased(SubscriptionSettings settings) {
        return settings.toBuilder().processingTimeout(Duration.ofSeconds(2)).build();
    }
}
