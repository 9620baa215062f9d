package io.eventsource.subscription;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.jdbc.core.JdbcTemplate;

/** Writes a row for each event it handles, then does what the test wants. */
final class RecordingHandlers implements EventHandlers {

    private final String name;
    private final Set<String> eventTypes;
    private final JdbcTemplate jdbc;
    private final List<Long> attempts = new CopyOnWriteArrayList<>();
    private volatile Effect effect = event -> {};

    /** What happens after the row has been written. */
    interface Effect {
        void on(EventEnvelope<Object> event) throws InterruptedException;
    }

    RecordingHandlers(String name, JdbcTemplate jdbc, String... eventTypes) {
        this.name = name;
        this.eventTypes = Set.of(eventTypes);
        this.jdbc = jdbc;
        jdbc.execute(
                "CREATE TABLE IF NOT EXISTS effects (projection text, position bigint, stream uuid, version bigint, id bigserial)");
    }

    RecordingHandlers then(Effect newEffect) {
        effect = newEffect;
        return this;
    }

    /** The positions of all attempts, rolled back ones included. */
    List<Long> attempts() {
        return attempts;
    }

    /** The positions of the committed effects by position; the order of handling is that of {@link #attempts()}. */
    List<Long> effects() {
        return jdbc.queryForList(
                "SELECT position FROM effects WHERE projection = ? ORDER BY position", Long.class, name);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<String> eventTypes() {
        return eventTypes;
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
        try {
            effect.on(event);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
