package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.testing.ObservedProjection;
import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.Seeds;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.process.InstanceOptions;
import io.eventsource.testing.process.InstanceProcess;
import io.eventsource.testing.process.InstanceProcesses;
import io.eventsource.testing.process.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Instances in processes of their own share twelve segments, whoever comes and goes, while there is traffic. */
@OnNewestPostgres
class SegmentSharingIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SECONDS = Duration.ofSeconds(10);
    private static final Duration LEASE = Duration.ofSeconds(2);

    /** Longer than anything that a clean stop may wait for. */
    private static final Duration LONG_LEASE = Duration.ofSeconds(20);

    @RegisterExtension
    private final InstanceProcesses processes;

    private final long seed = Seeds.next(SegmentSharingIT.class);
    private final TestDatabase database;
    private final ObservedProjection observed;

    SegmentSharingIT(TestDatabase database) {
        this.database = database;
        this.processes = new InstanceProcesses(database, SegmentSharingIT.class);
        this.observed = new ObservedProjection(database);
    }

    @BeforeEach
    void look() {
        observed.look(Duration.ofMillis(5));
    }

    @AfterEach
    void stopLooking() {
        observed.close();
    }

    private InstanceOptions options(String name, Duration lease) {
        return processes
                .options(name, observed.base(), observed.name())
                .withSegments(12)
                .withLease(lease);
    }

    private List<InstanceProcess> start(Duration lease, String... names) {
        List<InstanceProcess> launched = Stream.of(names)
                .map(name -> processes.launch(options(name, lease)))
                .toList();
        launched.forEach(each -> each.ready().start());
        return launched;
    }

    private Traffic traffic() {
        return new Traffic(database.dataSource(), 3, Duration.ofMillis(20), seed);
    }

    private void assertCountedOnce() {
        observed.awaitHandled(PATIENCE);
        observed.assertCountedOnce("seed " + seed);
    }

    private void print(String what, Object value) {
        System.out.printf("%s, %s: %s%n", database, what, value);
    }

    @Test
    void three_instances_own_four_of_twelve_segments_each_within_seconds() {
        try (Traffic traffic = traffic()) {
            start(LEASE, "a", "b", "c");
            print(
                    "three instances have their shares after",
                    observed.awaitOwned(Map.of("a", 4, "b", 4, "c", 4), SECONDS));
            assertThat(traffic.failed()).isZero();
        }
        assertCountedOnce();
    }

    @Test
    void the_segments_of_an_instance_that_is_killed_move_after_its_lease() {
        try (Traffic traffic = traffic()) {
            InstanceProcess killed = start(LEASE, "a", "b", "c").get(2);
            Duration unused = observed.awaitOwned(Map.of("a", 4, "b", 4, "c", 4), SECONDS);

            long kill = System.nanoTime();
            killed.kill();
            observed.awaitOwned(Map.of("a", 6, "b", 6), LEASE.plus(SECONDS));

            Map<Integer, Duration> without = observed.onlooker()
                    .of(observed.name(), history -> history.longestWithoutOwner(kill, System.nanoTime(), Set.of("c")));
            print("without a living owner after a kill, by segment", without);
            assertThat(without.values()).allSatisfy(each -> assertThat(each).isLessThan(LEASE.multipliedBy(3)));
            assertThat(without.values()).anySatisfy(each -> assertThat(each).isGreaterThan(LEASE.dividedBy(2)));
            assertThat(traffic.failed()).isZero();
        }
        assertCountedOnce();
    }

    @Test
    void an_instance_that_joins_gets_its_share_without_a_restart() {
        try (Traffic traffic = traffic()) {
            start(LEASE, "a", "b");
            Duration unused = observed.awaitOwned(Map.of("a", 6, "b", 6), SECONDS);

            start(LEASE, "c");
            print(
                    "one that joins has its share after",
                    observed.awaitOwned(Map.of("a", 4, "b", 4, "c", 4), LEASE.plus(SECONDS)));
            await().atMost(PATIENCE).until(() -> observed.effects().effectsOf(observed.name(), "c") > 0);
            assertThat(traffic.failed()).isZero();
        }
        assertCountedOnce();
    }

    @Test
    void a_rolling_restart_under_load_leaves_no_segment_without_an_owner_for_long() {
        try (Traffic traffic = traffic()) {
            List<InstanceProcess> old = start(LONG_LEASE, "a1", "b1", "c1");
            Duration unused = observed.awaitOwned(Map.of("a1", 4, "b1", 4, "c1", 4), SECONDS);
            long begin = System.nanoTime();

            for (InstanceProcess each : old) {
                start(LONG_LEASE, each.name().replace("1", "2"));
                each.terminate();
                assertThat(each.awaitExit(PATIENCE)).isZero();
            }
            observed.awaitOwned(Map.of("a2", 4, "b2", 4, "c2", 4), SECONDS);

            Map<Integer, Duration> without = observed.onlooker()
                    .of(observed.name(), history -> history.longestWithoutOwner(begin, System.nanoTime(), Set.of()));
            print("without an owner during a rolling restart, by segment", without);
            assertThat(without).hasSize(12);
            assertThat(without.values()).allSatisfy(each -> assertThat(each).isLessThan(LONG_LEASE.dividedBy(4)));
            assertThat(traffic.failed()).isZero();
        }
        assertCountedOnce();
    }
}
