package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.EventSourceException;
import io.eventsource.log.LogHead;
import io.eventsource.projection.EventHandlers;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.AppendResult;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.InstanceSettings.StaticPartition;
import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Withdrawn;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** Several instances, here managers of one JVM, share the segments of a subscription. */
@OnNewestPostgres
class SegmentsIT extends SubscriptionFixture {

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final int SEGMENTS = 6;

    SegmentsIT(TestDatabase database) {
        super(database);
    }

    private SubscriptionManager instance(SubscriptionSettings settings, InstanceSettings how, EventHandlers handlers) {
        SubscriptionManager manager = SubscriptionManager.builder(
                        TestDatabase.events(database.dataSource()),
                        LogHead.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                        new LogSignal())
                .settings(how)
                .build(List.of(new SubscriptionDefinition(handlers, settings, database.transactionManager())));
        managers.add(manager);
        return manager;
    }

    private static SubscriptionSettings segmented(int segments) {
        SubscriptionSettings quick = quick(10);
        return quick.toBuilder().processingTimeout(LEASE).segments(segments).build();
    }

    private static InstanceSettings leased() {
        return InstanceSettings.defaults().withPollInterval(SHORT).withLeaseDuration(LEASE);
    }

    private SubscriptionManager instance() {
        return instance(segmented(SEGMENTS), leased(), handlers());
    }

    private Map<UUID, Long> owners() {
        return jdbc
                .queryForList(
                        "SELECT owner FROM eventsource.projection_checkpoints WHERE projection_name = ? AND owner IS NOT NULL",
                        UUID.class,
                        name)
                .stream()
                .collect(java.util.stream.Collectors.groupingBy(each -> each, java.util.stream.Collectors.counting()));
    }

    private List<String> segments() {
        return jdbc.queryForList(
                """
                SELECT format('%s-%s at %s, epoch %s of %s, into %s at %s',
                              segment, last_bucket, position, epoch, owner, merge_into, merge_at)
                  FROM eventsource.projection_checkpoints WHERE projection_name = ? ORDER BY segment""",
                String.class, name);
    }

    private void awaitSegments(int count) {
        eventually().untilAsserted(() -> assertThat(segments()).hasSize(count));
    }

    /** Deposits to many aggregates, several times each. */
    private void traffic(int rounds) {
        List<UUID> streams =
                IntStream.range(0, 40).mapToObj(i -> UUID.randomUUID()).toList();
        for (int i = 0; i < rounds; i++) {
            streams.forEach(stream -> store.append(StreamAppend.to("account", stream, new Deposited(1))));
        }
    }

    private void assertEachEffectOnceAndStreamsInOrder() {
        List<Long> all = allDeposits();
        eventually().untilAsserted(() -> assertThat(jdbc.queryForList(
                        "SELECT position FROM effects WHERE projection = ? ORDER BY position", Long.class, name))
                .as(
                        "Segments %s, dead letters %s",
                        segments(),
                        jdbc.queryForList(
                                "SELECT position, error_type, error_message FROM eventsource.dead_letter_queue"))
                .containsExactlyElementsOf(all));
        assertThat(jdbc.queryForList(
                        """
                        SELECT count(*) FROM (
                            SELECT version - lag(version) OVER (PARTITION BY stream ORDER BY id) AS step
                              FROM effects WHERE projection = ?) AS steps
                         WHERE step <> 1""",
                        Long.class,
                        name))
                .containsExactly(0L);
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
    void segments_of_an_instance_that_is_not_heard_of_any_more_are_taken_over_after_its_lease() {
        SubscriptionManager only = instance(segmented(1), leased(), handlers());
        UUID silent = UUID.randomUUID();
        jdbc.update(
                """
                INSERT INTO eventsource.subscription_instances
                       (instance_id, description, subscriptions, lease_duration, lease_until)
                VALUES (?, 'silent', ARRAY[?], interval '2 s', clock_timestamp() + interval '2 s')""",
                silent,
                name);
        jdbc.update("UPDATE eventsource.projection_checkpoints SET owner = ? WHERE projection_name = ?", silent, name);

        only.start();

        eventually().until(() -> statusOf(only, name).state() == SubscriptionStatus.State.STANDBY);
        eventually().until(() -> owners().equals(Map.of(only.instance().id(), 1L)));
    }

    @Test
    void a_lease_that_ends_later_than_a_whole_lease_from_now_has_ended() {
        UUID beforeTheRestore = UUID.randomUUID();
        jdbc.update(
                """
                INSERT INTO eventsource.subscription_instances
                       (instance_id, description, subscriptions, lease_duration, lease_until)
                VALUES (?, 'by another clock', ARRAY[?], interval '30 s', clock_timestamp() + interval '1 year')""",
                beforeTheRestore,
                name);
        jdbc.update(
                "UPDATE eventsource.projection_checkpoints SET owner = ? WHERE projection_name = ?",
                beforeTheRestore,
                name);
        SubscriptionManager only = instance();

        only.start();

        eventually().until(() -> owners().equals(Map.of(only.instance().id(), (long) SEGMENTS)));
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
    void an_append_can_be_awaited_where_another_instance_handles_it() throws Exception {
        SubscriptionManager owner = instance();
        owner.start();
        awaitLive(owner, name, base);
        SubscriptionManager onlooker =
                instance(segmented(SEGMENTS), leased(), new RecordingHandlers(name, jdbc, "deposited"));
        onlooker.start();
        eventually().until(() -> onlooker.instance().head().reading() && owners().size() == 2);

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
    void a_segment_that_could_not_be_given_up_goes_to_whom_it_belongs() {
        SubscriptionManager first = instance(segmented(2), leased(), handlers());
        SubscriptionManager second = instance(segmented(2), leased(), handlers());
        first.start();
        second.start();
        Map<UUID, Long> shared =
                Map.of(first.instance().id(), 1L, second.instance().id(), 1L);
        eventually().until(() -> owners().equals(shared));

        // as it stands when the database was away while the first instance gave its second segment up
        jdbc.update(
                "UPDATE eventsource.projection_checkpoints SET owner = ?, epoch = epoch + 1 WHERE projection_name = ?",
                first.instance().id(),
                name);

        eventually().until(() -> owners().equals(shared));
        traffic(2);
        assertEachEffectOnceAndStreamsInOrder();
    }

    @Test
    void a_segment_to_be_merged_is_taken_over_from_an_instance_that_is_not_heard_of_any_more() {
        SubscriptionManager only = instance(segmented(2), leased(), handlers());
        UUID silent = UUID.randomUUID();
        jdbc.update(
                """
                INSERT INTO eventsource.subscription_instances
                       (instance_id, description, subscriptions, lease_duration, lease_until)
                VALUES (?, 'silent', ARRAY[?], interval '2 s', clock_timestamp() + interval '2 s')""",
                silent,
                name);
        only.start();
        eventually()
                .until(() -> owners().equals(Map.of(only.instance().id(), 2L))
                        || owners().equals(Map.of(only.instance().id(), 1L)));
        jdbc.update(
                """
                UPDATE eventsource.projection_checkpoints SET owner = ?, epoch = epoch + 1
                 WHERE projection_name = ? AND segment > 0""",
                silent,
                name);
        traffic(1);

        only.resize(name, 1);

        awaitSegments(1);
        assertEachEffectOnceAndStreamsInOrder();
    }

    @Test
    void an_instance_that_cannot_renew_its_lease_loses_its_segments_and_gets_them_back() throws Exception {
        SubscriptionManager blocked = instance(segmented(2), leased(), handlers());
        SubscriptionManager other = instance(segmented(2), leased(), handlers());
        blocked.start();
        other.start();
        Map<UUID, Long> shared =
                Map.of(blocked.instance().id(), 1L, other.instance().id(), 1L);
        eventually().until(() -> owners().equals(shared));
        try (Connection holder = database.connect()) {
            holder.setAutoCommit(false);
            TestDatabase.on(holder)
                    .queryForList(
                            "SELECT 1 FROM eventsource.subscription_instances WHERE instance_id = ? FOR UPDATE",
                            Integer.class,
                            blocked.instance().id());

            eventually().until(() -> owners().equals(Map.of(other.instance().id(), 2L)));
            traffic(2);
            holder.rollback();
        }

        eventually().until(() -> owners().equals(shared));
        traffic(2);
        assertEachEffectOnceAndStreamsInOrder();
    }

    @Test
    void an_instance_that_was_stopped_in_the_middle_of_a_batch_and_started_again_commits_nothing_of_it()
            throws Exception {
        CountDownLatch inBatch = new CountDownLatch(1);
        AtomicBoolean goOn = new AtomicBoolean();
        SubscriptionManager stopped =
                instance(segmented(1), leased(), handlers().then(event -> {
                    inBatch.countDown();
                    while (!goOn.get()) {
                        // one that does not listen to interrupts
                        Thread.onSpinWait();
                    }
                }));
        traffic(1);
        stopped.start();
        assertThat(inBatch.await(20, TimeUnit.SECONDS)).isTrue();
        SubscriptionManager other = instance(segmented(1), leased(), handlers());
        other.start();

        assertThat(stopped.stop(Duration.ofMillis(100))).isFalse();
        assertEachEffectOnceAndStreamsInOrder();
        stopped.start();
        goOn.set(true);

        eventually().until(() -> !statusOf(stopped, name).segments().isEmpty());
        assertThat(other.stop(STOP_WITHIN)).isTrue();
        eventually().until(() -> owners().equals(Map.of(stopped.instance().id(), 1L)));
        traffic(1);
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
        return CompletableFuture.runAsync(() -> {
            try {
                together.await(20, TimeUnit.SECONDS);
            } catch (Exception failure) {
                throw new IllegalArgumentException(failure);
            }
            manager.resize(name, segments);
        });
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

    /** One with a segment of the test's own subscription and two of each other. */
    private SubscriptionManager instance(List<String> names) {
        SubscriptionManager manager = SubscriptionManager.builder(
                        TestDatabase.events(database.dataSource()),
                        LogHead.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                        new LogSignal())
                .settings(leased())
                .build(names.stream()
                        .map(each -> new SubscriptionDefinition(
                                new RecordingHandlers(each, jdbc, "deposited"),
                                segmented(each.equals(name) ? 1 : 2),
                                database.transactionManager()))
                        .toList());
        managers.add(manager);
        return manager;
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
    void an_instance_that_finishes_its_last_batches_keeps_its_lease_and_takes_nothing_new() throws Exception {
        CountDownLatch inBatch = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        SubscriptionManager stopping =
                instance(segmented(1), leased(), handlers().then(event -> {
                    inBatch.countDown();
                    assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
                }));
        deposit(1);
        stopping.start();
        assertThat(inBatch.await(20, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Boolean> stopped = CompletableFuture.supplyAsync(() -> stopping.stop(STOP_WITHIN));

        eventually().untilAsserted(() -> assertThat(jdbc.queryForList(
                        """
                                SELECT subscriptions = '{}' AND lease_until > clock_timestamp()
                                  FROM eventsource.subscription_instances WHERE instance_id = ?""",
                        Boolean.class,
                        stopping.instance().id()))
                .containsExactly(true));
        goOn.countDown();
        assertThat(stopped.get(20, TimeUnit.SECONDS)).isTrue();
        assertEachEffectOnceAndStreamsInOrder();
    }

    @Test
    void a_stop_does_not_wait_for_whoever_has_locked_a_checkpoint() throws Exception {
        SubscriptionManager stopping = instance(segmented(1), leased(), handlers());
        stopping.start();
        eventually().until(() -> owners().equals(Map.of(stopping.instance().id(), 1L)));
        try (Connection holder = database.connect()) {
            holder.setAutoCommit(false);
            TestDatabase.on(holder)
                    .queryForList(
                            "SELECT position FROM eventsource.projection_checkpoints WHERE projection_name = ? FOR UPDATE",
                            Long.class,
                            name);

            assertThat(CompletableFuture.supplyAsync(() -> stopping.stop(Duration.ofMillis(500))))
                    .succeedsWithin(Duration.ofSeconds(10));

            holder.rollback();
        }
        SubscriptionManager next = instance(segmented(1), leased(), handlers());
        next.start();
        eventually().until(() -> owners().equals(Map.of(next.instance().id(), 1L)));
    }

    @Test
    void the_server_ends_the_writing_of_a_checkpoint_whose_client_is_silent_for_the_time_of_a_lease() {
        jdbc.execute("CREATE TABLE silences (projection text, silence text)");
        jdbc.execute(
                """
                CREATE FUNCTION note_silence() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO silences VALUES (NEW.projection_name, current_setting('idle_in_transaction_session_timeout'));
                    RETURN NEW;
                END $$""");
        jdbc.execute(
                """
                CREATE TRIGGER note_silence AFTER UPDATE OF position ON eventsource.projection_checkpoints
                   FOR EACH ROW EXECUTE FUNCTION note_silence()""");
        try {
            SubscriptionManager manager = instance(segmented(1), leased(), handlers());
            manager.start();
            long passed = store.append(StreamAppend.to("account", UUID.randomUUID(), new Withdrawn(1)))
                    .lastPosition();
            awaitLive(manager, name, passed);

            manager.pause(name);

            eventually().until(() -> checkpoint() == passed);
            assertThat(jdbc.queryForList("SELECT silence FROM silences WHERE projection = ?", String.class, name))
                    .containsOnly("3s");
        } finally {
            jdbc.execute("DROP TRIGGER note_silence ON eventsource.projection_checkpoints");
            jdbc.execute("DROP FUNCTION note_silence()");
            jdbc.execute("DROP TABLE silences");
        }
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
                        .segments(SEGMENTS)
                        .concurrency(2)
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

    @Test
    void the_server_ends_a_batch_whose_client_is_silent_for_the_time_of_a_lease() {
        AtomicReference<String> timeout = new AtomicReference<>();
        SubscriptionManager manager = instance(
                segmented(1),
                leased(),
                handlers()
                        .then(event -> timeout.set(
                                jdbc.queryForObject("SHOW idle_in_transaction_session_timeout", String.class))));
        deposit(1);

        manager.start();

        eventually().until(() -> "3s".equals(timeout.get()));
    }

    @Test
    void a_processing_timeout_above_the_lease_is_refused() {
        assertThatThrownBy(() -> instance(quick(10), leased(), handlers()))
                .isInstanceOf(EventSourceException.class)
                .hasMessageContaining("batch.timeout of PT30S")
                .hasMessageContaining("lease-duration of PT3S");
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
