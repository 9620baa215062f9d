package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.deadletter.DeadLetter.ParkingOrder;
import io.eventsource.log.HighWaterMark;
import io.eventsource.log.PageBytes;
import io.eventsource.projection.EventHandlers;
import io.eventsource.signal.LogSignal;
import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.TestDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Pausing and resuming concerns all instances. They hear nothing of each other here but by looking. */
@OnNewestPostgres
class ClusterPauseIT extends SubscriptionFixture {

    private static final Duration LEASE = Duration.ofMillis(900);

    ClusterPauseIT(TestDatabase database) {
        super(database);
    }

    private SubscriptionManager instance(String description, SubscriptionSettings settings, EventHandlers handlers) {
        SubscriptionManager manager = SubscriptionManager.builder(
                        TestDatabase.events(database.dataSource()),
                        HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                        new LogSignal())
                .settings(new InstanceSettings(UUID.randomUUID(), description, SHORT, LEASE, PageBytes.byHeap(), null))
                .build(List.of(
                        new SubscriptionDefinition(handlers, withinTheLease(settings), database.transactionManager())));
        managers.add(manager);
        manager.start();
        return manager;
    }

    private static SubscriptionSettings withinTheLease(SubscriptionSettings settings) {
        return settings.toBuilder().processingTimeout(LEASE).build();
    }

    private static void awaitState(SubscriptionManager manager, String name, SubscriptionStatus.State state) {
        eventually().until(() -> statusOf(manager, name).state() == state);
    }

    @Test
    void what_one_instance_pauses_is_paused_in_all_also_in_later_ones_until_one_resumes_it() {
        SubscriptionSettings two = quick(10).toBuilder().segments(2).build();
        RecordingHandlers handlers = handlers();
        SubscriptionManager first = instance("first", two, handlers);
        SubscriptionManager second = instance("second", two, handlers);
        awaitState(first, name, SubscriptionStatus.State.LIVE);
        awaitState(second, name, SubscriptionStatus.State.LIVE);
        Instant before = Instant.now();

        first.pause(name, "ada", "a new index");
        assertThat(statusOf(first, name).pause()).isNotNull();
        awaitState(second, name, SubscriptionStatus.State.PAUSED);
        awaitState(first, name, SubscriptionStatus.State.PAUSED);
        second.pause(name, "bob", "me too");
        SubscriptionManager third = instance("third", two, handlers);
        awaitState(third, name, SubscriptionStatus.State.PAUSED);
        for (SubscriptionManager each : List.of(first, second, third)) {
            assertThat(statusOf(each, name).pause()).satisfies(pause -> {
                assertThat(pause.by()).isEqualTo("ada");
                assertThat(pause.reason()).isEqualTo("a new index");
                assertThat(pause.since()).isAfter(before.minusSeconds(60));
            });
        }
        List<Long> positions = deposit(4);
        assertThat(first.stop(STOP_WITHIN)).isTrue();
        assertThat(second.stop(STOP_WITHIN)).isTrue();
        // all of it is the third one's now, which has never seen it run
        eventually().untilAsserted(() -> assertThat(statusOf(third, name).segments())
                .hasSize(2)
                .allMatch(segment -> third.instance().id().equals(segment.owner())));
        first.start();
        awaitState(first, name, SubscriptionStatus.State.PAUSED);
        assertThat(handlers.attempts()).isEmpty();

        first.resume(name, "ada");

        eventually().untilAsserted(() -> assertThat(handlers.effects()).isEqualTo(positions));
        awaitState(third, name, SubscriptionStatus.State.LIVE);
        assertThat(statusOf(third, name).pause()).isNull();
        assertThat(jdbc.queryForList(
                        "SELECT resumed_by FROM eventsource.subscription_controls WHERE projection_name = ?",
                        String.class,
                        name))
                .containsExactly("ada");
    }

    @Test
    void an_instance_that_has_stopped_at_an_event_goes_on_when_another_resumes_the_subscription() {
        AtomicBoolean failing = new AtomicBoolean(true);
        RecordingHandlers handlers = handlers().then(event -> {
            if (failing.get()) {
                throw new IllegalStateException("told to fail");
            }
        });
        SubscriptionSettings halting = quick(10).toBuilder()
                .retry(new SubscriptionSettings.Retry(0, Duration.ofMillis(5), 2, Duration.ofMillis(50)))
                .deadLetter(new SubscriptionSettings.DeadLetter(false, ParkingOrder.BY_AGGREGATE))
                .build();
        SubscriptionManager owner = instance("owner", halting, handlers);
        awaitState(owner, name, SubscriptionStatus.State.LIVE);
        SubscriptionManager other = instance("other", halting, handlers());
        awaitState(other, name, SubscriptionStatus.State.STANDBY);
        List<Long> positions = deposit(1);
        awaitState(owner, name, SubscriptionStatus.State.HALTED);
        failing.set(false);

        other.resume(name);

        eventually().untilAsserted(() -> assertThat(handlers.effects()).isEqualTo(positions));
    }
}
