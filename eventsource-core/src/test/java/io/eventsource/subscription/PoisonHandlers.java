package io.eventsource.subscription;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.jdbc.core.JdbcTemplate;

/** Writes a row for each event it handles and then fails at those that a test has poisoned. Its read model can be emptied. */
final class PoisonHandlers implements EventHandlers {

    private final String name;
    private final Delivery delivery;
    private final JdbcTemplate jdbc;
    private final List<Long> attempts = new CopyOnWriteArrayList<>();
    private volatile Poison poison = event -> {};

    /** Fails at an event, or lets it be. */
    interface Poison {
        void taste(EventEnvelope<Object> event);
    }

    PoisonHandlers(String name, Delivery delivery, JdbcTemplate jdbc) {
        this.name = name;
        this.delivery = delivery;
        this.jdbc = jdbc;
        jdbc.execute(
                "CREATE TABLE IF NOT EXISTS effects (projection text, position bigint, stream uuid, version bigint, id bigserial)");
    }

    /** From now on it fails as this says. */
    PoisonHandlers poisonedBy(Poison newPoison) {
        poison = newPoison;
        return this;
    }

    /** Fails at these positions with an error that is not worth another attempt. */
    PoisonHandlers poisonedAt(Set<Long> positions) {
        return poisonedBy(event -> {
            if (positions.contains(event.position())) {
                throw new PoisonException(event.position());
            }
        });
    }

    /** From now on it handles everything. */
    void mend() {
        poison = event -> {};
    }

    /** The positions of all attempts, rolled back ones included. */
    List<Long> attempts() {
        return attempts;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Delivery delivery() {
        return delivery;
    }

    @Override
    public Set<String> eventTypes() {
        return Set.of("deposited");
    }

    @Override
    public void handle(EventEnvelope<Object> event) {
        attempts.add(event.position());
        jdbc.update(
                "INSERT INTO effects VALUES (?, ?, ?, ?)",
                name,
                event.position(),
                event.aggregateId(),
                event.version());
        poison.taste(event);
    }

    @Override
    public Runnable resetHandler() {
        return () -> jdbc.update("DELETE FROM effects WHERE projection = ?", name);
    }
}
