package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.store.AppendResult;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.InstanceSettings.StaticPartition;
import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Instances share the segments of a subscription. */
@OnNewestPostgres
class SegmentsIT extends SegmentsFixture {

    SegmentsIT(TestDatabase database) {
        super(database);
    }

    @Test
    void instances_share_segments_and_take_over_from_one_that_stops() {
        SubscriptionManager first = instance();
        first.start();
        eventually().until(() -> owners().equals(Map.of(first.instance().id(), (long) SEGMENTS)));
        SubscriptionManager second = instance();
        second.start();
        traffic(5);

        eventually().untilAsserted(() -> assertThat(owners())
                .containsOnly(
                        Map.entry(first.instance().id(), 3L),
                        Map.entry(second.instance().id(), 3L)));
        assertThat(first.stop(STOP_WITHIN)).isTrue();
        eventually().until(() -> owners().equals(Map.of(second.instance().id(), (long) SEGMENTS)));
        traffic(5);

        assertEachEffectOnceAndStreamsInOrder();
    }

    @Test
    void an_append_can_be_awaited_where_another_instance_handles_it() throws Exception {
        SubscriptionManager owner = instance();
        owner.start();
        awaitLive(owner, name, base);
        SubscriptionManager onlooker =
                instance(segmented(SEGMENTS), leased(), new RecordingHandlers(name, jdbc, "deposited"));
        onlooker.start();
        eventually().until(() -> onlooker.instance().tail().reading() && owners().size() == 2);

        for (int i = 0; i < 20; i++) {
            AppendResult result = store.append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)));
            assertThat(onlooker.await(name, result, Duration.ofSeconds(20))).isTrue();
            assertThat(jdbc.queryForList(
                            "SELECT position FROM effects WHERE projection = ? AND position = ?",
                            Long.class,
                            name,
                            result.lastPosition()))
                    .hasSize(1);
        }
        assertThat(onlooker.awaitCurrent(name, Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void instances_that_drive_different_subscriptions_agree_on_those_they_share() {
        List<String> names = List.of(name, "one-" + name, "other-" + name);
        SubscriptionManager one = instance(List.of(names.get(0), names.get(1)));
        SubscriptionManager other = instance(List.of(names.get(0), names.get(2)));
        one.start();
        other.start();
        traffic(1);

        assertEachEffectOnceAndStreamsInOrder();
        eventually().until(() -> terms(names).size() == 5);
        Set<String> terms = terms(names);
        eventually().during(LEASE).untilAsserted(() -> assertThat(terms(names)).isEqualTo(terms));
    }

    /** Which segments are owned, in which epochs. */
    private Set<String> terms(List<String> names) {
        return Set.copyOf(jdbc.queryForList(
                """
                SELECT format('%s/%s in epoch %s', projection_name, segment, epoch) FROM eventsource.projection_checkpoints
                 WHERE projection_name IN (?, ?, ?) AND owner IS NOT NULL""",
                String.class, names.toArray()));
    }

    @Test
    void an_append_can_be_awaited_where_the_segment_was_lost_meanwhile() throws Exception {
        CountDownLatch inBatch = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        // each of them wants it, and whoever has it keeps it
        SubscriptionManager loser = instance(
                segmented(1),
                leased().withPartition(new StaticPartition(0, 1)),
                handlers().then(event -> {
                    inBatch.countDown();
                    never.await();
                }));
        loser.start();
        awaitLive(loser, name, base);
        AppendResult result = store.append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)));
        assertThat(inBatch.await(20, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Boolean> awaited = CompletableFuture.supplyAsync(() -> {
            try {
                return loser.await(name, result, Duration.ofMinutes(5));
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        });

        SubscriptionManager winner =
                instance(segmented(1), leased().withPartition(new StaticPartition(0, 1)), handlers());
        winner.start();
        eventually().until(() -> statusOf(winner, name).state() == SubscriptionStatus.State.STANDBY);
        jdbc.update(
                "UPDATE eventsource.projection_checkpoints SET owner = ?, epoch = epoch + 1 WHERE projection_name = ?",
                winner.instance().id(),
                name);

        assertThat(awaited).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(true);
    }

    @Test
    void numbered_instances_keep_to_their_segments() {
        SubscriptionManager first =
                instance(segmented(4), leased().withPartition(new StaticPartition(0, 2)), handlers());
        SubscriptionManager second =
                instance(segmented(4), leased().withPartition(new StaticPartition(1, 2)), handlers());
        first.start();
        eventually().until(() -> owners().equals(Map.of(first.instance().id(), 2L)));

        second.start();

        eventually().untilAsserted(() -> assertThat(owners())
                .containsOnly(
                        Map.entry(first.instance().id(), 2L),
                        Map.entry(second.instance().id(), 2L)));
        traffic(2);
        assertEachEffectOnceAndStreamsInOrder();
    }

    @Test
    void as_many_segments_as_concurrency_allows_are_handled_at_the_same_time() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CyclicBarrier both = new CyclicBarrier(2);
        SubscriptionSettings settings = segmented(SEGMENTS);
        SubscriptionManager manager = instance(
                settings.toBuilder()
                        .batchSize(1)
                        .segments(new SubscriptionSettings.Segments(SEGMENTS, 2))
                        .build(),
                leased(),
                handlers().then(event -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    if (both.getParties() > both.getNumberWaiting()) {
                        try {
                            both.await(200, TimeUnit.MILLISECONDS);
                        } catch (java.util.concurrent.BrokenBarrierException
                                | java.util.concurrent.TimeoutException alone) {
                            both.reset();
                        }
                    }
                    running.decrementAndGet();
                }));
        traffic(2);

        manager.start();

        assertEachEffectOnceAndStreamsInOrder();
        assertThat(most.get()).isEqualTo(2);
    }
}
