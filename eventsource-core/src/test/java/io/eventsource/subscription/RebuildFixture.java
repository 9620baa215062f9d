package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.testing.TestDatabase;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** What tests of rebuilds share: a projection whose read model can be emptied. */
abstract class RebuildFixture extends SubscriptionFixture {

    RebuildFixture(TestDatabase database) {
        super(database);
    }

    /** Writes a row for each event, and can forget them all. */
    static final class Resettable implements EventHandlers {

        private final String name;
        private final JdbcTemplate jdbc;
        private final Delivery delivery;
        final AtomicBoolean failing = new AtomicBoolean();
        volatile CountDownLatch goOn = new CountDownLatch(0);
        volatile Callable<@Nullable Void> then = () -> null;
        volatile Runnable onReset = () -> {};
        volatile Runnable afterReset = () -> {};
        volatile CountDownLatch inBatch = new CountDownLatch(1);

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
                then.call();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        }

        @Override
        public @Nullable Runnable resetHandler() {
            return () -> {
                onReset.run();
                jdbc.update("DELETE FROM effects WHERE projection = ?", name);
                afterReset.run();
                if (failing.get()) {
                    throw new IllegalStateException("cannot empty it");
                }
            };
        }
    }

    Resettable resettable(Delivery delivery) {
        return new Resettable(name, jdbc, delivery);
    }

    List<Long> effects() {
        return jdbc.queryForList(
                "SELECT position FROM effects WHERE projection = ? ORDER BY position", Long.class, name);
    }

    /** From the beginning of the log, whatever other tests have left there. */
    List<Long> everyDeposit() {
        return jdbc.queryForList(
                "SELECT position FROM eventsource.events WHERE event_type = 'deposited' ORDER BY position", Long.class);
    }
}
