package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.EventSourceException;
import io.eventsource.batch.BatchTransaction.HandlerOutsideBatchException;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.subscription.SubscriptionOperations.RebuildRunningException;
import io.eventsource.subscription.SubscriptionStatuses.RebuildProgress;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@OnEachPostgres
class RebuildIT extends RebuildFixture {

    RebuildIT(TestDatabase database) {
        super(database);
    }

    @Test
    void a_rebuild_empties_the_read_model_and_handles_all_history_again() {
        deposit(30);
        SubscriptionManager manager = manager(settings(10, SHORT), resettable(Delivery.EXACTLY_ONCE));
        manager.start();
        awaitLive(manager, name, allDeposits().get(29));
        jdbc.update("UPDATE effects SET version = -1 WHERE projection = ?", name);

        manager.rebuild(name);

        eventually().until(() -> manager.rebuildProgress(name).isEmpty());
        assertThat(effects()).containsExactlyElementsOf(everyDeposit());
        assertThat(jdbc.queryForList(
                        "SELECT version FROM effects WHERE projection = ? AND version < 0", Long.class, name))
                .isEmpty();
    }

    @Test
    void a_reset_handler_that_ends_the_transaction_sets_nothing_back() {
        deposit(3);
        EventHandlers leaving = new EventHandlers.Decorator(resettable(Delivery.EXACTLY_ONCE)) {
            @Override
            public Runnable resetHandler() {
                Runnable reset = Objects.requireNonNull(super.resetHandler());
                return () -> {
                    reset.run();
                    jdbc.execute("ROLLBACK; BEGIN");
                };
            }
        };
        SubscriptionManager manager = manager(settings(10, SHORT), leaving);
        manager.start();
        awaitLive(manager, name, allDeposits().get(2));

        assertThatThrownBy(() -> manager.rebuild(name))
                .isInstanceOf(HandlerOutsideBatchException.class)
                .hasMessageContaining("committed or rolled back");

        assertThat(manager.rebuildProgress(name)).isEmpty();
        assertThat(effects()).containsExactlyElementsOf(allDeposits());
    }

    @Test
    void what_is_awaited_behind_a_rebuild_has_been_handled_again() throws Exception {
        deposit(50);
        SubscriptionManager manager = manager(settings(10, SHORT), resettable(Delivery.EXACTLY_ONCE));
        manager.start();
        awaitLive(manager, name, allDeposits().get(49));
        for (int i = 0; i < 5; i++) {
            manager.rebuild(name);

            assertThat(manager.awaitCurrent(name, Duration.ofSeconds(20))).isTrue();

            assertThat(effects()).containsExactlyElementsOf(everyDeposit());
            eventually().until(() -> manager.rebuildProgress(name).isEmpty());
        }
    }

    @Test
    void a_second_request_is_refused_while_a_rebuild_runs_and_its_progress_is_told() throws Exception {
        deposit(30);
        Resettable handlers = resettable(Delivery.EXACTLY_ONCE);
        SubscriptionManager manager = manager(settings(10, SHORT), handlers);
        manager.start();
        awaitLive(manager, name, allDeposits().get(29));
        handlers.goOn = new CountDownLatch(1);
        handlers.inBatch = new CountDownLatch(1);
        manager.rebuild(name);
        assertThat(handlers.inBatch.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(CompletableFuture.runAsync(() -> manager.rebuild(name)))
                .as("it does not wait for the batch under way")
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .isInstanceOfSatisfying(RebuildRunningException.class, refused -> assertThat(refused.name())
                        .isEqualTo(name));
        RebuildProgress progress = manager.rebuildProgress(name).orElseThrow();
        assertThat(progress.total()).isGreaterThanOrEqualTo(allDeposits().get(29));
        assertThat(progress.done()).isLessThan(progress.total());
        assertThat(progress.fraction()).isLessThan(1);
        assertThat(progress.elapsed()).isPositive();

        handlers.goOn.countDown();
        eventually().until(() -> manager.rebuildProgress(name).isEmpty());
    }

    @Test
    void a_reset_that_fails_leaves_read_model_and_checkpoint_as_they_were() {
        List<Long> positions = deposit(3);
        Resettable handlers = resettable(Delivery.EXACTLY_ONCE);
        SubscriptionManager manager = manager(settings(10, SHORT), handlers);
        manager.start();
        awaitLive(manager, name, positions.get(2));
        handlers.failing.set(true);

        assertThatThrownBy(() -> manager.rebuild(name)).hasMessage("cannot empty it");

        assertThat(effects()).containsExactlyElementsOf(positions);
        assertThat(checkpoint()).isEqualTo(positions.get(2));
        assertThat(manager.rebuildProgress(name)).isEmpty();
    }

    @Test
    void effects_elsewhere_are_repeated_only_when_that_is_asked_for() {
        deposit(3);
        SubscriptionManager manager = manager(settings(10, SHORT), resettable(Delivery.AT_LEAST_ONCE));
        manager.start();
        awaitLive(manager, name, allDeposits().get(2));

        assertThatThrownBy(() -> manager.rebuild(name))
                .isInstanceOf(EventSourceException.class)
                .hasMessageContaining("rebuildRepeatingEffects");
        assertThat(manager.rebuildAll()).isEmpty();

        manager.rebuildRepeatingEffects(name);

        eventually().until(() -> manager.rebuildProgress(name).isEmpty());
        assertThat(effects()).containsExactlyElementsOf(everyDeposit());
    }

    @Test
    void a_projection_without_a_reset_handler_is_refused_and_left_out_of_rebuilding_all() {
        SubscriptionManager manager = manager(settings(10, SHORT), handlers());
        manager.start();

        assertThatThrownBy(() -> manager.rebuild(name))
                .isInstanceOf(EventSourceException.class)
                .hasMessageContaining("@ResetHandler");
        assertThat(manager.rebuildAll()).isEmpty();
    }

    @Test
    void a_rebuild_survives_the_end_of_the_instance_that_was_asked_for_it() {
        deposit(30);
        Resettable handlers = resettable(Delivery.EXACTLY_ONCE);
        SubscriptionManager first = manager(settings(10, SHORT), handlers);
        first.start();
        awaitLive(first, name, allDeposits().get(29));
        handlers.goOn = new CountDownLatch(1);
        first.rebuild(name);
        handlers.goOn.countDown();
        assertThat(first.stop(Duration.ofSeconds(10))).isTrue();

        SubscriptionManager second = manager(settings(10, SHORT), resettable(Delivery.EXACTLY_ONCE));
        second.start();

        eventually().until(() -> second.rebuildProgress(name).isEmpty());
        assertThat(effects()).containsExactlyElementsOf(everyDeposit());
    }
}
