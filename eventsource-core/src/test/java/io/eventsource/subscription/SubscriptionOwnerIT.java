package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.signal.LogSignal;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Of several managers of one projection one handles its events. */
@OnEachPostgres
class SubscriptionOwnerIT extends SubscriptionFixture {

    SubscriptionOwnerIT(TestDatabase database) {
        super(database);
    }

    @Test
    void two_managers_on_one_projection_produce_each_effect_once_and_one_stands_by() {
        deposit(50);
        RecordingHandlers one = handlers();
        RecordingHandlers two = new RecordingHandlers(name, jdbc, "deposited");
        SubscriptionManager first = manager(settings(5, SHORT), new LogSignal(), TestEvents.codec(), one);
        SubscriptionManager second = manager(settings(7, SHORT), new LogSignal(), TestEvents.codec(), two);
        first.start();
        second.start();
        for (int i = 0; i < 50; i++) {
            deposit(3);
        }

        List<Long> all = allDeposits();
        eventually().untilAsserted(() -> assertThat(one.effects()).hasSameSizeAs(all));
        assertThat(one.effects()).containsExactlyElementsOf(all);
        eventually().untilAsserted(() -> assertThat(Stream.of(first, second)
                        .map(each -> statusOf(each, name).state()))
                .containsExactlyInAnyOrder(SubscriptionStatus.State.LIVE, SubscriptionStatus.State.STANDBY));
        assertThat(one.attempts().isEmpty() || two.attempts().isEmpty()).isTrue();
    }

    @Test
    void a_manager_that_stands_by_takes_over_at_once_when_the_owner_stops() {
        LogSignal betweenThem = new LogSignal();
        SubscriptionManager first = manager(settings(5, SHORT), handlers());
        SubscriptionManager second = manager(settings(5, SHORT), betweenThem, TestEvents.codec(), handlers());
        first.start();
        awaitLive(first, name, base);
        second.start();
        eventually().until(() -> statusOf(second, name).state() == SubscriptionStatus.State.STANDBY);

        assertThat(first.stop(STOP_WITHIN)).isTrue();
        betweenThem.announced();

        awaitLive(second, name, base);
        List<Long> positions = deposit(1);
        awaitLive(second, name, positions.get(0));
    }

    @Test
    void a_manager_whose_segment_was_taken_commits_nothing_stands_by_and_takes_it_back() {
        List<Long> positions = deposit(1);
        CountDownLatch inBatch = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        RecordingHandlers slow = handlers().then(event -> {
            inBatch.countDown();
            assertThat(goOn.await(10, TimeUnit.SECONDS)).isTrue();
        });
        SubscriptionManager manager = manager(settings(1000, SHORT), slow);
        manager.start();
        eventually().until(() -> inBatch.getCount() == 0);
        UUID other = UUID.randomUUID();
        jdbc.update(
                """
                INSERT INTO eventsource.subscription_instances
                       (instance_id, description, subscriptions, lease_duration, lease_until)
                VALUES (?, 'another', '{}', interval '1 h', clock_timestamp() + interval '30 min')""",
                other);
        jdbc.update(
                "UPDATE eventsource.projection_checkpoints SET owner = ?, epoch = epoch + 1 WHERE projection_name = ?",
                other,
                name);

        goOn.countDown();

        eventually().until(() -> statusOf(manager, name).state() == SubscriptionStatus.State.STANDBY);
        assertThat(slow.effects()).isEmpty();
        assertThat(statusOf(manager, name).failures()).isZero();

        jdbc.update("DELETE FROM eventsource.subscription_instances WHERE instance_id = ?", other);
        signal.announced();
        awaitLive(manager, name, positions.get(0));
        assertThat(slow.effects()).containsExactlyElementsOf(allDeposits());
    }

    @Test
    void a_checkpoint_moved_by_another_rolls_the_batch_back() {
        List<Long> positions = deposit(2);
        CountDownLatch inBatch = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        RecordingHandlers handlers = handlers().then(event -> {
            inBatch.countDown();
            assertThat(goOn.await(10, TimeUnit.SECONDS)).isTrue();
        });
        SubscriptionManager manager = manager(settings(1000, SHORT), handlers);
        manager.start();
        eventually().until(() -> inBatch.getCount() == 0);

        jdbc.update(
                "UPDATE eventsource.projection_checkpoints SET position = ?, epoch = epoch + 1 WHERE projection_name = ?",
                positions.get(0),
                name);
        goOn.countDown();

        awaitLive(manager, name, positions.get(1));
        assertThat(handlers.effects()).containsExactly(positions.get(1));
    }
}
