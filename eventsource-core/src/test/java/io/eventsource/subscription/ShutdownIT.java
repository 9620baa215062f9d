package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What stopping says of what was under way. */
@OnNewestPostgres
class ShutdownIT extends SubscriptionFixture {

    ShutdownIT(TestDatabase database) {
        super(database);
    }

    @Test
    void what_is_being_handled_is_drained_and_counted_and_segments_are_released() throws Exception {
        CountDownLatch handling = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        RecordingHandlers handlers = handlers().then(event -> {
            handling.countDown();
            goOn.await();
        });
        SubscriptionManager manager = manager(settings(10, LONG), handlers);
        manager.start();
        awaitLive(manager, name, base);
        List<Long> positions = deposit(3);
        assertThat(handling.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(manager.instance().phase()).isEqualTo(GracefulShutdown.Phase.RUNNING);

        CompletableFuture<GracefulShutdown.Result> stopping =
                CompletableFuture.supplyAsync(() -> manager.shutDown(STOP_WITHIN, STOP_WITHIN));
        eventually().until(() -> manager.instance().phase() == GracefulShutdown.Phase.DRAINING);
        goOn.countDown();
        GracefulShutdown.Result result = stopping.get(10, TimeUnit.SECONDS);

        assertThat(manager.instance().phase()).isEqualTo(GracefulShutdown.Phase.STOPPED);
        assertThat(result)
                .extracting(
                        GracefulShutdown.Result::phase,
                        GracefulShutdown.Result::forced,
                        GracefulShutdown.Result::subscriptions,
                        GracefulShutdown.Result::inFlight,
                        GracefulShutdown.Result::drained,
                        GracefulShutdown.Result::checkpointsSaved,
                        GracefulShutdown.Result::segmentsReleased,
                        GracefulShutdown.Result::abandoned)
                .containsExactly(GracefulShutdown.Phase.STOPPED, false, 1, 3, 3, 1, 1, List.of());
        assertThat(handlers.effects()).isEqualTo(positions);
        assertThat(checkpoint()).isEqualTo(positions.get(2));
        assertThat(result.summary()).contains("3 of 3 events in flight drained", "forced: false");
    }

    @Test
    void what_takes_too_long_is_interrupted_named_and_handled_by_the_next() throws Exception {
        CountDownLatch handling = new CountDownLatch(1);
        RecordingHandlers handlers = handlers().then(event -> {
            handling.countDown();
            new CountDownLatch(1).await();
        });
        SubscriptionManager manager = manager(settings(10, LONG), handlers);
        manager.start();
        awaitLive(manager, name, base);
        List<Long> positions = deposit(2);
        assertThat(handling.await(10, TimeUnit.SECONDS)).isTrue();

        GracefulShutdown.Result result = manager.shutDown(Duration.ofMillis(100), Duration.ofSeconds(10));

        assertThat(result)
                .extracting(
                        GracefulShutdown.Result::phase,
                        GracefulShutdown.Result::forced,
                        GracefulShutdown.Result::inFlight,
                        GracefulShutdown.Result::drained,
                        GracefulShutdown.Result::checkpointsSaved,
                        GracefulShutdown.Result::segmentsReleased)
                .containsExactly(GracefulShutdown.Phase.STOPPED, true, 2, 0, 0, 1);
        assertThat(result.abandoned())
                .containsExactly(new GracefulShutdown.Result.Abandoned(
                        new SegmentKey(name, 0).toString(), positions.get(0) - 1, 2));
        assertThat(result.took()).isLessThan(Duration.ofSeconds(8));
        assertThat(result.summary()).contains("2 events of '" + name, "behind position " + (positions.get(0) - 1));
        assertThat(handlers.effects()).isEmpty();
        assertThat(checkpoint()).isLessThan(positions.get(0));

        RecordingHandlers successors = handlers();
        SubscriptionManager successor = manager(settings(10, LONG), successors);
        successor.start();
        awaitLive(successor, name, positions.get(1));
        assertThat(successors.effects()).isEqualTo(positions);
    }

    @Test
    void what_cannot_be_interrupted_is_left_behind_when_the_time_is_up() throws Exception {
        CountDownLatch handling = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        SubscriptionManager manager = manager(settings(10, LONG), handlers().then(event -> {
            handling.countDown();
            while (goOn.getCount() > 0) {
                Thread.onSpinWait();
            }
        }));
        manager.start();
        awaitLive(manager, name, base);
        long position = deposit(1).get(0);
        assertThat(handling.await(10, TimeUnit.SECONDS)).isTrue();

        GracefulShutdown.Result result = manager.shutDown(Duration.ofMillis(50), Duration.ofMillis(400));

        assertThat(result.phase()).isEqualTo(GracefulShutdown.Phase.FORCING);
        assertThat(result.forced()).isTrue();
        assertThat(result.abandoned())
                .extracting(GracefulShutdown.Result.Abandoned::position)
                .containsExactly(position - 1);
        goOn.countDown();
        eventually().until(() -> threads.stream().noneMatch(Thread::isAlive));
        RecordingHandlers successors = handlers();
        SubscriptionManager successor = manager(settings(10, LONG), successors);
        successor.start();
        awaitLive(successor, name, position);
        // it may still have committed while nobody had taken its segment
        assertThat(successors.effects()).containsExactly(position);
    }

    @Test
    void stopping_what_was_not_started_is_no_work() {
        GracefulShutdown.Result result = manager(settings(10, LONG), handlers()).shutDown(Duration.ZERO, Duration.ZERO);

        assertThat(result.forced()).isFalse();
        assertThat(result.subscriptions()).isZero();
    }
}
