package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.EventSourceException;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.testing.Seeds;
import io.eventsource.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Replays race live events of the same aggregates while segments are cut, merged and moved to another instance. The system property
 * {@code eventsource.test.replay-rounds} says how often.
 */
class ReplayRaceIT extends ParkingSubscriptionFixture {

    private static final int ROUNDS = Integer.getInteger("eventsource.test.replay-rounds", 40);
    private static final int ACCOUNTS = 5;
    private static final int EVENTS = 30;
    private static final int REPLAYS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final long seed = Seeds.next(ReplayRaceIT.class);
    private final Random random = new Random(seed);

    ReplayRaceIT() {
        super(TestDatabase.migrated(18));
    }

    @AfterEach
    void close() {
        managers.forEach(each -> assertThat(each.stop(STOP_WITHIN)).isTrue());
        database.close();
    }

    private SubscriptionManager instance() {
        SubscriptionSettings quick = quick(4);
        return instance(
                quick.toBuilder()
                        .processingTimeout(Duration.ofSeconds(2))
                        .retry(new SubscriptionSettings.Retry(0, Duration.ofMillis(1), 1, Duration.ofMillis(1)))
                        .circuitBreaker(parkingAll())
                        .build(),
                InstanceSettings.defaults()
                        .withPollInterval(Duration.ofMillis(20))
                        .withLeaseDuration(Duration.ofSeconds(3)));
    }

    @Test
    void whoever_owns_the_segment_meanwhile_each_event_takes_effect_once_in_order_and_none_waits_behind_nothing()
            throws Exception {
        SubscriptionManager staying = instance();
        SubscriptionManager moving = instance();
        staying.start();
        jdbc.execute("CREATE INDEX ON effects (projection, position)");
        int moves = 0;
        long expected = 0;
        for (int round = 0; round < ROUNDS; round++) {
            handlers.poisonedBy(event -> {
                if (random.nextInt(100) < 50) {
                    throw new PoisonException(event.position());
                }
            });
            moves += race(staying, moving, round % 2 == 0);
            expected += EVENTS;
            handlers.mend();
            drain(expected, "round %d, seed %d".formatted(round, seed));
        }
        assertThat(moves).isGreaterThan(ROUNDS / 2);
        assertThat(effects.positions()).isEqualTo(allDeposits());
        assertThat(effects.everParked())
                .as("enough was parked for this to mean anything")
                .isGreaterThan(expected / 20);
        System.out.printf(
                "%d rounds, %d events, %d parked, %d moves of segments%n",
                ROUNDS, expected, effects.everParked(), moves);
    }

    /** Appends, replays and moves segments at the same time; returns how often they were moved. */
    private int race(SubscriptionManager staying, SubscriptionManager moving, boolean joins) throws Exception {
        List<UUID> accounts = Stream.generate(UUID::randomUUID).limit(ACCOUNTS).toList();
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(REPLAYS + 1);
        try {
            List<Future<?>> replays = new ArrayList<>();
            for (int i = 0; i < REPLAYS; i++) {
                replays.add(threads.submit(() -> {
                    while (!over.get()) {
                        assertThat(replay().replay(own, 1 + random.nextInt(4)).stoppedBy())
                                .isNull();
                    }
                }));
            }
            Future<Integer> moves = threads.submit(() -> move(staying, moving, joins));
            for (int i = 0; i < EVENTS; i++) {
                deposit(accounts.get(random.nextInt(ACCOUNTS)), 1);
                if (i % 10 == 0) {
                    assertThat(effects.violations()).as("seed %d", seed).isEmpty();
                }
            }
            int moved = moves.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            over.set(true);
            for (Future<?> each : replays) {
                each.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            return moved;
        } finally {
            over.set(true);
            threads.shutdown();
        }
    }

    private int move(SubscriptionManager staying, SubscriptionManager moving, boolean joins) {
        int moves = 1;
        if (joins) {
            moving.start();
        } else {
            assertThat(moving.stop(name, STOP_WITHIN)).isTrue();
        }
        try {
            staying.resize(name, 1 + random.nextInt(4));
            moves++;
        } catch (EventSourceException | IllegalStateException refused) {
            // an earlier one is still going on, or somebody was quicker
        }
        return moves;
    }

    private void drain(long expected, String when) {
        eventually().atMost(PATIENCE).until(() -> {
            assertThat(replay().replay(own, MANY).stoppedBy()).isNull();
            assertThat(effects.violations()).as(when).isEmpty();
            return effects.count() == expected && effects.open() == 0;
        });
    }

    @Test
    void two_that_replay_the_same_at_the_same_time_handle_each_entry_once() throws Exception {
        List<UUID> accounts = Stream.generate(UUID::randomUUID).limit(40).toList();
        Set<Long> poison = new HashSet<>();
        accounts.forEach(each -> poison.add(deposit(each, 1)));
        handlers.poisonedAt(poison);
        SubscriptionManager manager = manager(new Tuning(quickParkingAll(10), SHORT), handlers);
        manager.start();
        for (int i = 0; i < 4; i++) {
            accounts.forEach(each -> deposit(each, 1));
        }
        awaitPassed(manager);
        assertThat(effects.open()).isEqualTo(200);
        handlers.mend();
        handlers.attempts().clear();
        CyclicBarrier together = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Future<DeadLetterReplay.Result>> replays = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            replays.add(threads.submit(() -> {
                together.await(20, TimeUnit.SECONDS);
                return replay().replay(own, MANY);
            }));
        }
        int resolved = 0;
        for (Future<DeadLetterReplay.Result> each : replays) {
            DeadLetterReplay.Result result = each.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(result.failed()).isZero();
            assertThat(result.stoppedBy()).isNull();
            resolved += result.resolved();
        }
        threads.shutdown();

        // what one has just finished the other may have passed over
        resolved += replay().replay(own, MANY).resolved();
        assertThat(resolved).isEqualTo(200);
        assertThat(handlers.attempts()).hasSize(200).doesNotHaveDuplicates();
        assertAllHandledOnce();
    }
}
