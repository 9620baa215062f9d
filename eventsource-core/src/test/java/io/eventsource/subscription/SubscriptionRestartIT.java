package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What stopping, starting and lost connections leave behind. */
@OnEachPostgres
class SubscriptionRestartIT extends SubscriptionFixture {

    SubscriptionRestartIT(TestDatabase database) {
        super(database);
    }

    @Test
    void restarts_in_the_middle_lose_nothing_and_repeat_no_effect() {
        for (int stopAfter = 1; stopAfter <= 100; stopAfter += 33) {
            deposit(150);
            CountDownLatch enough = new CountDownLatch(stopAfter);
            RecordingHandlers handlers = handlers().then(event -> enough.countDown());
            SubscriptionManager manager = manager(settings(3, LONG), handlers);
            manager.start();
            eventually().until(() -> enough.getCount() == 0);
            assertThat(manager.stop(STOP_WITHIN)).isTrue();
            assertThat(statusOf(manager, name).state()).isEqualTo(SubscriptionStatus.State.STOPPED);
        }
        RecordingHandlers handlers = handlers();
        SubscriptionManager manager = manager(settings(50, LONG), handlers);
        manager.start();

        List<Long> all = allDeposits();
        awaitLive(manager, name, all.get(all.size() - 1));
        assertThat(handlers.effects()).containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    void connections_ended_in_the_middle_of_a_batch_lose_nothing_and_repeat_no_effect() {
        deposit(100);
        AtomicInteger handled = new AtomicInteger();
        RecordingHandlers handlers = handlers().then(event -> {
            if (handled.incrementAndGet() % 17 == 0 && handled.get() < 100) {
                endAllConnections();
            }
        });
        SubscriptionManager manager = manager(settings(10, SHORT), handlers);
        manager.start();

        eventually()
                .atMost(Duration.ofSeconds(20))
                .until(() -> handled.get() >= 100 && statusOf(manager, name).lag() == 0);
        List<Long> all = allDeposits();
        awaitLive(manager, name, all.get(all.size() - 1));
        assertThat(handlers.effects()).containsExactlyInAnyOrderElementsOf(all);
    }

    /** Ends every session of the pool, that of the running batch and that of the mark included. */
    private void endAllConnections() {
        try (Connection own = database.connect()) {
            TestDatabase.on(own)
                    .queryForList(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Test
    void connections_ended_while_idle_are_recovered_from_without_a_further_event() {
        List<Long> positions = deposit(1);
        SubscriptionManager manager = manager(settings(10, SHORT), handlers());
        manager.start();
        awaitLive(manager, name, positions.get(0));

        for (int i = 0; i < 5; i++) {
            endAllConnections();
            awaitLive(manager, name, positions.get(0));
        }

        eventually().untilAsserted(() -> {
            assertThat(manager.instance().tail().reading()).isTrue();
            assertThat(statusOf(manager, name).failures()).isZero();
            assertThat(statusOf(manager, name).state()).isEqualTo(SubscriptionStatus.State.LIVE);
        });
    }

    @Test
    void stop_waits_for_the_batch_and_start_goes_on_behind_it() {
        List<Long> positions = deposit(4);
        CountDownLatch inBatch = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        RecordingHandlers handlers = handlers().then(event -> {
            inBatch.countDown();
            assertThat(goOn.await(10, TimeUnit.SECONDS)).isTrue();
        });
        List<Long> before = allDeposits();
        SubscriptionManager manager = manager(settings(before.size() - 2, LONG), handlers);
        manager.start();
        eventually().until(() -> inBatch.getCount() == 0);
        CompletableFuture<Boolean> stopped = CompletableFuture.supplyAsync(() -> manager.stop(STOP_WITHIN));
        // the tail reader has been told to stop, the batch goes on
        eventually().until(() -> threads.stream().anyMatch(thread -> !thread.isAlive()));
        assertThat(stopped).isNotDone();

        goOn.countDown();

        assertThat(stopped).succeedsWithin(STOP_WITHIN).isEqualTo(true);
        assertThat(handlers.effects()).containsExactlyElementsOf(before.subList(0, before.size() - 2));
        assertThat(statusOf(manager, name).state()).isEqualTo(SubscriptionStatus.State.STOPPED);

        manager.start();
        manager.start();
        awaitLive(manager, name, positions.get(3));
        assertThat(handlers.effects()).containsExactlyElementsOf(before);
        assertThat(handlers.attempts()).containsExactlyElementsOf(before);
    }

    @Test
    void a_batch_that_does_not_end_in_time_is_interrupted_and_rolled_back() {
        List<Long> positions = deposit(1);
        CountDownLatch inBatch = new CountDownLatch(1);
        RecordingHandlers handlers = handlers().then(event -> {
            inBatch.countDown();
            new CountDownLatch(1).await();
        });
        SubscriptionManager manager = manager(settings(1000, LONG), handlers);
        manager.start();
        eventually().until(() -> inBatch.getCount() == 0);

        assertThat(manager.stop(Duration.ofMillis(20))).isFalse();

        eventually().until(() -> statusOf(manager, name).state() == SubscriptionStatus.State.STOPPED);
        assertThat(handlers.effects()).isEmpty();
        handlers.then(event -> {});
        manager.start();
        awaitLive(manager, name, positions.get(0));
    }

    @Test
    void a_start_after_a_stop_that_gave_up_waits_for_the_batch_that_is_still_handled() {
        List<Long> positions = deposit(3);
        CountDownLatch inBatch = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicBoolean first = new AtomicBoolean(true);
        RecordingHandlers handlers = handlers().then(event -> {
            if (first.getAndSet(false)) {
                inBatch.countDown();
                boolean waiting = true;
                while (waiting) {
                    try {
                        goOn.await();
                        waiting = false;
                    } catch (InterruptedException ignoredByASlowStatement) {
                        waiting = true;
                    }
                }
            }
        });
        SubscriptionManager manager = manager(settings(1000, SHORT), handlers);
        manager.start();
        eventually().until(() -> inBatch.getCount() == 0);

        assertThat(manager.stop(Duration.ofMillis(20))).isFalse();
        manager.start();
        eventually()
                .during(Duration.ofMillis(200))
                .until(() -> handlers.attempts().size() == 1);
        goOn.countDown();

        awaitLive(manager, name, positions.get(2));
        assertThat(handlers.effects()).isEqualTo(positions);
    }
}
