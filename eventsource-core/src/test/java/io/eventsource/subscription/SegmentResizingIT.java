package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.store.AppendResult;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** Segments that are cut and merged. */
@OnNewestPostgres
class SegmentResizingIT extends SegmentsFixture {

    /** A thread for each: the common pool has one where there are two processors, which whoever waits would keep from the next. */
    private static final Executor THREADS = task -> new Thread(task).start();

    SegmentResizingIT(TestDatabase database) {
        super(database);
    }

    @Test
    void cutting_and_merging_under_traffic_changes_no_effect_and_no_order() {
        SubscriptionManager first = instance();
        SubscriptionManager second = instance();
        first.start();
        second.start();
        eventually().until(() -> owners().size() == 2);
        for (int segments : List.of(12, 1, 7, 2, 16, 3)) {
            traffic(2);
            first.resize(name, segments);
            traffic(2);
            awaitSegments(segments);
        }

        assertEachEffectOnceAndStreamsInOrder();
        assertThat(jdbc.queryForList(
                        """
                        SELECT sum(last_bucket - segment + 1) FROM eventsource.projection_checkpoints
                         WHERE projection_name = ?""",
                        Long.class,
                        name))
                .containsExactly(1024L);
    }

    @Test
    void a_merge_joins_segments_that_are_at_different_positions_without_repeating_anything() {
        SubscriptionManager manager = instance(segmented(2), leased(), handlers());
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicReference<UUID> held = new AtomicReference<>();
        SubscriptionManager slow = instance(segmented(2), leased(), handlers().then(event -> {
            if (event.aggregateId().equals(held.get())) {
                assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
            }
        }));
        AppendResult first = store.append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)));
        held.set(first.aggregateId());
        slow.start();
        traffic(3);
        eventually()
                .until(() -> jdbc
                                .queryForList(
                                        "SELECT position FROM eventsource.projection_checkpoints WHERE projection_name = ?",
                                        Long.class,
                                        name)
                                .stream()
                                .distinct()
                                .count()
                        == 2);

        manager.resize(name, 1);
        traffic(1);
        assertThat(segments()).hasSize(2);
        goOn.countDown();

        awaitSegments(1);
        assertEachEffectOnceAndStreamsInOrder();
    }

    @Test
    void of_two_that_resize_at_the_same_time_each_succeeds_or_is_told() throws Exception {
        SubscriptionManager first = instance();
        SubscriptionManager second = instance();
        first.start();
        second.start();
        eventually().until(() -> owners().size() == 2);
        for (int i = 0; i < 5; i++) {
            CyclicBarrier together = new CyclicBarrier(2);
            List<CompletableFuture<Void>> resizings =
                    List.of(resizing(first, 12, together), resizing(second, 3, together));
            for (CompletableFuture<Void> each : resizings) {
                try {
                    each.get(20, TimeUnit.SECONDS);
                } catch (ExecutionException told) {
                    assertThat(told.getCause()).isInstanceOf(IllegalStateException.class);
                }
            }
            traffic(1);
            eventually().untilAsserted(() -> assertThat(segments())
                    .allSatisfy(each -> assertThat(each).endsWith("into  at ")));
        }

        assertEachEffectOnceAndStreamsInOrder();
        assertThat(jdbc.queryForList(
                        """
                        SELECT sum(last_bucket - segment + 1) FROM eventsource.projection_checkpoints
                         WHERE projection_name = ?""",
                        Long.class,
                        name))
                .containsExactly(1024L);
    }

    private CompletableFuture<Void> resizing(SubscriptionManager manager, int segments, CyclicBarrier together) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        together.await(20, TimeUnit.SECONDS);
                    } catch (Exception failure) {
                        throw new IllegalArgumentException(failure);
                    }
                    manager.resize(name, segments);
                },
                THREADS);
    }

    @Test
    void segments_are_cut_to_the_configured_number_at_the_start_and_stay_as_an_operator_leaves_them() {
        SubscriptionManager manager = instance();
        manager.start();
        awaitSegments(SEGMENTS);

        manager.resize(name, 2);

        awaitSegments(2);
        List<Integer> counts = new ArrayList<>();
        eventually().until(() -> {
            counts.add(segments().size());
            return counts.size() > 150;
        });
        assertThat(counts).containsOnly(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10, 11, 12, 13})
    void what_an_operator_says_right_after_the_segments_were_made_stays(int boundary) {
        StrikingDataSource striking = new StrikingDataSource(database.dataSource(), jdbc);
        SubscriptionManager operator = instance();
        SubscriptionManager manager = manager(
                List.of(handlers()),
                new Tuning(segmented(SEGMENTS), SHORT),
                signal,
                TestEvents.codec(),
                striking,
                new JdbcTransactionManager(striking));
        AtomicInteger made = new AtomicInteger();
        StrikingDataSource.Plan resized = StrikingDataSource.Plan.before("eventsource-coordinator", boundary, () -> {
            made.set(segments().size());
            if (made.get() == SEGMENTS) {
                operator.resize(name, 2);
            }
        });
        striking.follow(resized);

        manager.start();

        eventually()
                .until(() -> resized.struck()
                        && owners().equals(Map.of(
                                manager.instance().id(), (long) segments().size())));
        assertThat(segments()).hasSize(made.get() == SEGMENTS ? 2 : SEGMENTS);
    }
}
