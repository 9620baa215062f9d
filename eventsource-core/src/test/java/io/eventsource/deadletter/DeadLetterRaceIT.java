package io.eventsource.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.eventsource.deadletter.DeadLetterParking.ParkingChangedException;
import io.eventsource.event.StoredEvent;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.Seeds;
import io.eventsource.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.dao.ConcurrencyFailureException;

/** The subscription that parks and replays that free, at the same aggregate at the same time. */
@OnEachPostgres
class DeadLetterRaceIT {

    /** A thread for each: the common pool has one where there are two processors, which whoever waits would keep from the next. */
    private static final Executor THREADS = task -> new Thread(task).start();

    private static final int ACCOUNTS = 6;
    private static final int EVENTS = 600;
    private static final int REPLAYS = 3;

    private final TestDatabase database;

    DeadLetterRaceIT(TestDatabase database) {
        this.database = database;
    }

    /** One failed event, mended meanwhile, and one that comes behind it. */
    private static UUID parkedWithOneMoreToCome(ParkingFixture fixture) {
        UUID account = UUID.randomUUID();
        fixture.append(account, 1);
        fixture.failAt(account, 1);
        fixture.drain();
        fixture.mend();
        fixture.append(account, 1);
        return account;
    }

    @Test
    void a_batch_that_finds_the_aggregate_freed_since_it_looked_is_repeated_and_handles_its_event() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = parkedWithOneMoreToCome(fixture);
        List<StoredEvent> batch = fixture.next(1);

        assertThatExceptionOfType(ParkingChangedException.class)
                .isThrownBy(() -> fixture.handle(batch, () -> CompletableFuture.supplyAsync(
                                () -> fixture.replay().replay(fixture.all(), 10))
                        .join()));
        fixture.handle(batch);

        assertThat(fixture.effects(account)).containsExactly(1L, 2L);
        assertThat(fixture.letters(DeadLetter.Status.WAITING)).isEmpty();
    }

    @Test
    void a_replay_that_comes_to_the_end_waits_for_a_batch_that_is_putting_one_more_behind_and_handles_it_too() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = parkedWithOneMoreToCome(fixture);
        List<StoredEvent> batch = fixture.next(1);
        CompletableFuture<DeadLetterReplay.Result> replay = new CompletableFuture<>();

        database.transaction().executeWithoutResult(status -> {
            assertThat(fixture.parking.among(List.of(account))).containsExactly(account);
            fixture.parking.parkBehind(batch);
            replay.completeAsync(() -> fixture.replay().replay(fixture.all(), 10));
            await().atMost(Duration.ofSeconds(20)).until(this::somebodyWaitsToFreeAnAggregate);
        });

        assertThat(replay.join().resolved()).isEqualTo(2);
        assertThat(fixture.effects(account)).containsExactly(1L, 2L);
        assertThat(fixture.isParked(account)).isFalse();
        assertThat(fixture.letters()).allMatch(letter -> letter.status() == DeadLetter.Status.RESOLVED);
    }

    private boolean somebodyWaitsToFreeAnAggregate() {
        return Boolean.TRUE.equals(database.jdbc()
                .queryForObject(
                        """
                        SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                                          AND wait_event_type = 'Lock' AND query LIKE '%close_dead_letter%')""",
                        Boolean.class));
    }

    @Test
    void a_batch_does_not_wait_for_a_handler_of_a_replay() throws Exception {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = parkedWithOneMoreToCome(fixture);
        CountDownLatch handling = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        fixture.handlers.before = event -> {
            handling.countDown();
            awaitLatch(goOn);
        };
        CompletableFuture<DeadLetterReplay.Result> replay =
                CompletableFuture.supplyAsync(() -> fixture.replay().replay(fixture.all(), 10), THREADS);
        awaitLatch(handling);

        fixture.handle(fixture.next(1));

        assertThat(fixture.letters(DeadLetter.Status.WAITING)).hasSize(1);
        assertThat(fixture.replay().replay(fixture.all(), 10))
                .as("a second replay leaves it to the first")
                .satisfies(second -> {
                    assertThat(second.resolved()).isZero();
                    assertThat(second.skipped()).isEqualTo(2);
                });
        goOn.countDown();
        assertThat(replay.get(20, TimeUnit.SECONDS).resolved()).isEqualTo(2);
        assertThat(fixture.effects(account)).containsExactly(1L, 2L);
        assertThat(fixture.isParked(account)).isFalse();
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
    void an_operator_waits_for_the_replay_of_the_entry_and_finds_it_resolved() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = parkedWithOneMoreToCome(fixture);
        long id = fixture.letters().get(0).id();
        CountDownLatch handling = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        fixture.handlers.before = event -> {
            handling.countDown();
            awaitLatch(goOn);
        };
        CompletableFuture<DeadLetterReplay.Result> replay =
                CompletableFuture.supplyAsync(() -> fixture.replay().replay(fixture.all(), 10), THREADS);
        awaitLatch(handling);
        CompletableFuture<Boolean> discard =
                CompletableFuture.supplyAsync(() -> fixture.letters.discard(id, "ann", "not needed"), THREADS);
        await().atMost(Duration.ofSeconds(20)).until(this::somebodyWaitsToFreeAnAggregate);

        goOn.countDown();

        assertThat(discard.join()).isFalse();
        assertThat(replay.join().resolved()).isEqualTo(1);
        fixture.drain();
        assertThat(fixture.effects(account)).containsExactly(1L, 2L);
    }

    @Test
    void whatever_the_interleaving_each_event_takes_effect_once_in_order_and_none_waits_behind_nothing()
            throws Exception {
        Random random = new Random(Seeds.next(getClass()));
        ParkingFixture fixture = new ParkingFixture(database);
        List<UUID> accounts = Stream.generate(UUID::randomUUID).limit(ACCOUNTS).toList();
        int[] appended = new int[ACCOUNTS];
        fixture.handlers.before = event -> {
            if (random.nextInt(100) < 35) {
                throw new IllegalStateException("by chance");
            }
        };
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(REPLAYS + 1);
        List<Future<?>> running = new ArrayList<>();
        running.add(threads.submit(() -> {
            while (!over.get() || !fixture.next(1).isEmpty()) {
                live(fixture, 1 + random.nextInt(5));
            }
        }));
        for (int i = 0; i < REPLAYS; i++) {
            running.add(threads.submit(() -> {
                while (!over.get()) {
                    DeadLetterReplay.Result result = fixture.replay().replay(fixture.all(), 1 + random.nextInt(5));
                    assertThat(result.stoppedBy()).isNull();
                }
            }));
        }
        for (int i = 0; i < EVENTS; i++) {
            int account = random.nextInt(ACCOUNTS);
            fixture.append(accounts.get(account), 1);
            appended[account]++;
        }
        over.set(true);
        for (Future<?> each : running) {
            each.get(120, TimeUnit.SECONDS);
        }
        threads.shutdown();

        fixture.mend();
        DeadLetterReplay.Result rest;
        do {
            rest = fixture.replay()
                    .replay(fixture.all().withStatuses(DeadLetter.Status.FAILED, DeadLetter.Status.RETRYING), 10_000);
        } while (rest.resolved() > 0);

        for (int i = 0; i < ACCOUNTS; i++) {
            assertThat(fixture.effects(accounts.get(i)))
                    .as("account %d", i)
                    .isEqualTo(LongStream.rangeClosed(1, appended[i]).boxed().toList());
            assertThat(fixture.isParked(accounts.get(i))).isFalse();
        }
        assertThat(fixture.letters(DeadLetter.Status.FAILED, DeadLetter.Status.WAITING, DeadLetter.Status.RETRYING))
                .isEmpty();
        assertThat(fixture.letters())
                .as("enough was parked for this to mean anything")
                .hasSizeGreaterThan(EVENTS / 10);
    }

    /** What a subscription does: a batch, after a failure event by event, after a second failure parked. */
    private static void live(ParkingFixture fixture, int limit) {
        List<StoredEvent> batch = fixture.next(limit);
        if (batch.isEmpty()) {
            Thread.onSpinWait();
            return;
        }
        try {
            fixture.handle(batch);
        } catch (ParkingChangedException repeated) {
            // with the next call
        } catch (IllegalStateException failure) {
            oneByOne(fixture, batch.get(0));
        }
    }

    private static void oneByOne(ParkingFixture fixture, StoredEvent event) {
        try {
            fixture.handle(List.of(event));
        } catch (ParkingChangedException | ConcurrencyFailureException repeated) {
            // with the next call
        } catch (IllegalStateException failure) {
            fixture.park(event, failure);
        }
    }
}
