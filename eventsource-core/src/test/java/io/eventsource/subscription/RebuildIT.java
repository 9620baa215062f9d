package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.EventSourceException;
import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.Delivery;
import io.eventsource.projection.EventHandlers;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

@OnEachPostgres
class RebuildIT extends SubscriptionFixture {

    RebuildIT(TestDatabase database) {
        super(database);
    }

    /** Writes a row for each event, and can forget them all. */
    private static final class Resettable implements EventHandlers {

        private final String name;
        private final JdbcTemplate jdbc;
        private final Delivery delivery;
        private final AtomicBoolean failing = new AtomicBoolean();
        private volatile CountDownLatch goOn = new CountDownLatch(0);
        private final CountDownLatch inBatch = new CountDownLatch(1);

        Resettable(String name, JdbcTemplate jdbc, Delivery delivery) {
            this.name = name;
            this.jdbc = jdbc;
            this.delivery = delivery;
            jdbc.execute(
                    "CREATE TABLE IF NOT EXISTS effects (projection text, position bigint, stream uuid, version bigint, id bigserial)");
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Set<String> eventTypes() {
            return Set.of("deposited");
        }

        @Override
        public Delivery delivery() {
            return delivery;
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            jdbc.update(
                    "INSERT INTO effects VALUES (?, ?, ?, ?)",
                    name,
                    event.position(),
                    event.aggregateId(),
                    event.version());
            inBatch.countDown();
            try {
                assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public @Nullable Runnable resetHandler() {
            return () -> {
                jdbc.update("DELETE FROM effects WHERE projection = ?", name);
                if (failing.get()) {
                    throw new IllegalStateException("cannot empty it");
                }
            };
        }
    }

    private Resettable resettable(Delivery delivery) {
        return new Resettable(name, jdbc, delivery);
    }

    private List<Long> effects() {
        return jdbc.queryForList(
                "SELECT position FROM effects WHERE projection = ? ORDER BY position", Long.class, name);
    }

    /** From the beginning of the log, whatever other tests have left there. */
    private List<Long> everyDeposit() {
        return jdbc.queryForList(
                "SELECT position FROM eventsource.events WHERE event_type = 'deposited' ORDER BY position", Long.class);
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
    void a_batch_under_way_commits_before_the_reset_or_not_at_all() {
        List<Long> positions = deposit(3);
        Resettable handlers = resettable(Delivery.EXACTLY_ONCE);
        handlers.goOn = new CountDownLatch(1);
        SubscriptionManager manager = manager(settings(10, SHORT), handlers);
        manager.start();
        eventually().until(() -> handlers.inBatch.getCount() == 0);

        manager.rebuild(name);
        handlers.goOn.countDown();

        awaitLive(manager, name, positions.get(2));
        eventually().untilAsserted(() -> assertThat(effects()).containsExactlyElementsOf(everyDeposit()));
    }

    @Test
    void a_second_request_is_refused_while_a_rebuild_runs_and_its_progress_is_told() {
        deposit(30);
        Resettable handlers = resettable(Delivery.EXACTLY_ONCE);
        SubscriptionManager manager = manager(settings(10, SHORT), handlers);
        manager.start();
        awaitLive(manager, name, allDeposits().get(29));
        handlers.goOn = new CountDownLatch(1);
        manager.rebuild(name);

        assertThatThrownBy(() -> manager.rebuild(name))
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
