package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.testing.EffectLog.Segment;
import io.eventsource.testing.ObservedProjection;
import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.Seeds;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.process.InstanceProcess;
import io.eventsource.testing.process.InstanceProcesses;
import io.eventsource.testing.process.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * An owner is frozen past its lease in the middle of a batch, and another takes over. When the first continues, it commits nothing
 * of what it had begun, and its locks are gone long before. The system property {@code eventsource.test.frozen-rounds} says how
 * many rounds there are.
 */
@OnNewestPostgres
class FrozenOwnerIT {

    private static final int ROUNDS = Integer.getInteger("eventsource.test.frozen-rounds", 3);
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    private final InstanceProcesses processes;

    private final long seed = Seeds.next(FrozenOwnerIT.class);
    private final Random random = new Random(seed);
    private final TestDatabase database;
    private final ObservedProjection observed;

    FrozenOwnerIT(TestDatabase database) {
        this.database = database;
        this.processes = new InstanceProcesses(database, FrozenOwnerIT.class);
        this.observed = new ObservedProjection(database);
        observed.look(Duration.ofMillis(20));
    }

    @AfterEach
    void stopLooking() {
        observed.close();
    }

    private InstanceProcess launch(String name) {
        return processes.launch(processes
                .options(name, observed.base(), observed.name())
                .withSegments(4)
                .withLease(LEASE));
    }

    private List<Segment> ownedBy(InstanceProcess instance) {
        return observed.segments().stream()
                .filter(segment -> instance.name().equals(segment.owner()))
                .toList();
    }

    @Test
    void an_owner_that_is_frozen_past_its_lease_in_the_middle_of_a_batch_commits_nothing_of_it() throws Exception {
        List<InstanceProcess> instances = List.of(launch("a"), launch("b"));
        instances.forEach(each -> each.ready().start());
        try (Traffic traffic = new Traffic(database.dataSource(), 2, Duration.ofMillis(20), seed)) {
            for (int round = 0; round < ROUNDS; round++) {
                Duration unused = observed.awaitOwned(Map.of("a", 2, "b", 2), PATIENCE);
                int frozen = random.nextInt(2);
                round(instances.get(frozen), instances.get(1 - frozen), "seed %d, round %d".formatted(seed, round));
            }
            assertThat(traffic.failed()).isZero();
        }
        observed.awaitHandled(PATIENCE);
        observed.assertCountedOnce("seed " + seed);
    }

    private void round(InstanceProcess frozen, InstanceProcess other, String when) throws InterruptedException {
        frozen.hold(observed.name(), 1 + random.nextInt(15));
        long held = frozen.awaitHeld(observed.name());
        letTimePass(random.nextInt(300));
        List<Segment> before = ownedBy(frozen);
        frozen.freeze();
        Map<Integer, Integer> committed = effectsIn(before, frozen);

        Duration unused = observed.awaitOwned(Map.of(other.name(), 4), LEASE.plus(PATIENCE));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(processes.holdingLocks(frozen))
                .as("%s: locks of %s", when, frozen)
                .isEmpty());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(handledBy(held))
                .as("%s: who handled %d", when, held)
                .containsExactly(other.name()));
        letTimePass(random.nextInt(300));

        frozen.thaw();
        frozen.release(observed.name());
        unused = observed.awaitOwned(Map.of("a", 2, "b", 2), PATIENCE);
        assertThat(effectsIn(before, frozen))
                .as("%s: committed in epochs that were over", when)
                .isEqualTo(committed);
        assertThat(handledBy(held)).as(when).containsExactly(other.name());
        assertThat(observed.onlooker().violations()).as(when).isEmpty();
    }

    private Map<Integer, Integer> effectsIn(List<Segment> segments, InstanceProcess instance) {
        return segments.stream().collect(Collectors.toMap(Segment::number, segment -> observed.effects()
                .effectsIn(segment, instance.name())));
    }

    private List<String> handledBy(long position) {
        return database.jdbc()
                .queryForList(
                        "SELECT instance FROM effect_log WHERE projection = ? AND position = ?",
                        String.class,
                        observed.name(),
                        position);
    }

    private static void letTimePass(long millis) throws InterruptedException {
        boolean unused = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    }
}
