package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.EventSourceException;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Withdrawn;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Leases: who owns a segment, how long, and what an owner that lost it commits. */
@OnNewestPostgres
class SegmentLeasesIT extends SegmentsFixture {

    SegmentLeasesIT(TestDatabase database) {
        super(database);
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
}
