package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventRegistry;
import io.eventsource.log.HighWaterMark;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.EventStoreSettings;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionStatuses.ManagerStatus;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How subscriptions are started, stopped, paused and waited for, and what they share. */
@OnEachPostgres
class SubscriptionControlIT extends SubscriptionFixture {

    SubscriptionControlIT(TestDatabase database) {
        super(database);
    }

    private AppendResult append() {
        return store.append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)));
    }

    @Test
    void a_paused_subscription_handles_nothing_until_it_is_resumed() {
        RecordingHandlers handlers = handlers();
        SubscriptionManager manager = manager(settings(10, LONG), handlers);
        manager.start();
        awaitLive(manager, name, base);

        manager.pause(name);
        eventually().until(() -> statusOf(manager, name).state() == SubscriptionStatus.State.PAUSED);
        List<Long> positions = deposit(2);
        eventually().until(() -> statusOf(manager, name).lag() > 0);
        assertThat(handlers.attempts()).isEmpty();
        assertThat(statusOf(manager, name).pause()).isNotNull();

        manager.resume(name);

        awaitLive(manager, name, positions.get(1));
        assertThat(handlers.effects()).isEqualTo(positions);
        assertThat(states)
                .containsSubsequence(
                        name + ": STOPPED -> CATCHING_UP",
                        name + ": CATCHING_UP -> LIVE",
                        name + ": LIVE -> PAUSED",
                        name + ": PAUSED -> CATCHING_UP",
                        name + ": CATCHING_UP -> LIVE");
    }

    @Test
    void idle_subscriptions_hold_no_lock_on_the_log() {
        SubscriptionManager manager = manager(settings(10, SHORT), handlers());
        manager.start();
        long first = deposit(1).get(0);
        awaitLive(manager, name, first);
        HighWaterMark elsewhere = HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC());

        for (int i = 0; i < 50; i++) {
            assertThat(elsewhere.writers()).isEmpty();
        }
        assertThat(statusOf(manager, name).state()).isEqualTo(SubscriptionStatus.State.LIVE);
    }

    @Test
    void some_subscriptions_are_started_and_stopped_without_the_others() {
        RecordingHandlers one = handlers();
        RecordingHandlers two = new RecordingHandlers("two-" + name, jdbc, "deposited");
        SubscriptionManager manager = manager(settings(10, LONG), one, two);

        manager.start(name);
        List<Long> positions = deposit(1);
        awaitLive(manager, name, positions.get(0));
        assertThat(statusOf(manager, two.name()).state()).isEqualTo(SubscriptionStatus.State.STOPPED);
        assertThat(manager.status())
                .extracting(
                        ManagerStatus::running,
                        ManagerStatus::subscriptionCount,
                        ManagerStatus::totalProcessed,
                        ManagerStatus::totalFailedAttempts,
                        ManagerStatus::totalLag)
                // what is stopped lags by all that is committed
                .containsExactly(true, 2, 1L, 0L, statusOf(manager, two.name()).lag());

        manager.start();
        awaitLive(manager, two.name(), positions.get(0));
        assertThat(statusOf(manager, two.name()).fault()).isNull();
        assertThat(manager.stop(name, STOP_WITHIN)).isTrue();

        List<Long> more = deposit(1);
        awaitLive(manager, two.name(), more.get(0));
        assertThat(one.attempts()).doesNotContainAnyElementsOf(more);
        assertThat(manager.stop(two.name(), STOP_WITHIN)).isTrue();
        assertThat(manager.status().running()).isFalse();
        eventually().until(() -> threads.stream().noneMatch(Thread::isAlive));
    }

    @Test
    void an_unknown_name_is_refused_with_the_known_ones() {
        SubscriptionManager manager = manager(settings(10, LONG), handlers());

        assertThatThrownBy(() -> manager.start("nobody"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'nobody'")
                .hasMessageContaining(name);
        assertThatThrownBy(() -> manager.pause("nobody")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void what_an_append_stored_can_be_awaited_in_the_read_model() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        RecordingHandlers handlers = handlers().then(event -> goOn.await());
        SubscriptionManager manager = manager(settings(10, LONG), handlers);
        manager.start();
        AppendResult result = append();

        assertThat(manager.await(name, result, Duration.ofMillis(50))).isFalse();
        goOn.countDown();

        assertThat(manager.await(name, result, STOP_WITHIN)).isTrue();
        assertThat(handlers.effects()).contains(result.lastPosition());
        AppendResult second = append();
        assertThat(manager.awaitCurrent(name, STOP_WITHIN)).isTrue();
        assertThat(handlers.effects()).contains(second.lastPosition());
    }

    @Test
    void waiting_inside_the_transaction_that_appended_fails_at_once() {
        SubscriptionManager manager = manager(settings(10, LONG), handlers());
        manager.start();
        EventStore immediate = TestDatabase.store(
                database.dataSource(),
                TestEvents.codec(),
                HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                signal,
                new EventStoreSettings(AppendTiming.IMMEDIATE, Duration.ofSeconds(30), true));
        for (EventStore each : List.of(store, immediate)) {
            database.transaction().executeWithoutResult(status -> {
                AppendResult result = each.append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)));

                assertThatThrownBy(() -> manager.await(name, result, LONG))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("after the commit");
                assertThatThrownBy(() -> manager.awaitCurrent(name, LONG)).isInstanceOf(IllegalStateException.class);
            });
        }
    }

    @Test
    void waiting_inside_a_transaction_that_has_not_appended_is_possible() {
        SubscriptionManager manager = manager(settings(10, LONG), handlers());
        manager.start();
        AppendResult result = append();

        Boolean seen = database.transaction().execute(status -> {
            try {
                return manager.await(name, result, STOP_WITHIN);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        });

        assertThat(seen).isTrue();
    }

    @Test
    void subscriptions_at_the_tail_share_one_decoding_of_each_event() {
        AtomicInteger decodings = new AtomicInteger();
        PayloadSerializer json = PayloadSerializer.json();
        EventCodec codec = new EventCodec(EventRegistry.of(Deposited.class), new PayloadSerializer() {
            @Override
            public String serialize(Object payload) {
                return json.serialize(payload);
            }

            @Override
            public <T> T deserialize(String payload, Class<T> type) {
                decodings.incrementAndGet();
                return json.deserialize(payload, type);
            }
        });
        List<EventHandlers> twenty = IntStream.range(0, 20)
                .<EventHandlers>mapToObj(i -> {
                    String own = "shared-" + i + "-" + name;
                    jdbc.update(
                            "INSERT INTO eventsource.projection_checkpoints (projection_name, segment, position) VALUES (?, 0, ?)",
                            own,
                            base);
                    return new RecordingHandlers(own, jdbc, "deposited");
                })
                .toList();
        SubscriptionManager manager = manager(settings(10, LONG), signal, codec, twenty.toArray(EventHandlers[]::new));
        manager.start();
        twenty.forEach(each -> awaitLive(manager, each.name(), base));

        List<Long> positions = deposit(50);

        twenty.forEach(each -> awaitLive(manager, each.name(), positions.get(49)));
        // two that come for the same event at the same time may both decode it
        assertThat(decodings.get()).isBetween(50, 500);
    }

    @Test
    void a_subscription_that_falls_behind_what_is_kept_in_memory_rejoins_without_a_gap_or_a_repetition() {
        RecordingHandlers handlers = handlers();
        SubscriptionManager manager = manager(settings(500, LONG), handlers);
        manager.start();
        awaitLive(manager, name, base);
        List<Long> all = new ArrayList<>(deposit(3));
        awaitLive(manager, name, all.get(2));

        manager.pause(name);
        eventually().until(() -> statusOf(manager, name).state() == SubscriptionStatus.State.PAUSED);
        for (int i = 0; i < 7; i++) {
            all.addAll(deposit(1_000));
        }
        manager.resume(name);
        for (int i = 0; i < 50; i++) {
            all.addAll(deposit(20));
        }

        awaitLive(manager, name, all.get(all.size() - 1));
        assertThat(handlers.attempts()).isEqualTo(all);
    }
}
