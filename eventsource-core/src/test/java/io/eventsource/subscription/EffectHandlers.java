package io.eventsource.subscription;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.Delivery;
import io.eventsource.projection.EventHandlers;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.jdbc.core.JdbcTemplate;

/** Writes a row of the {@link EffectLog} for each event: one by one, or a batch at once. */
final class EffectHandlers implements EventHandlers {

    private final String name;
    private final JdbcTemplate jdbc;
    private final Delivery delivery;
    private final boolean batches;
    private final List<Long> attempts = new CopyOnWriteArrayList<>();

    EffectHandlers(String name, JdbcTemplate jdbc, Delivery delivery, boolean batches) {
        this.name = name;
        this.jdbc = jdbc;
        this.delivery = delivery;
        this.batches = batches;
    }

    /** The positions of all attempts, rolled back ones included. */
    List<Long> attempts() {
        return attempts;
    }

    boolean exactlyOnce() {
        return delivery == Delivery.EXACTLY_ONCE;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<String> eventTypes() {
        return Set.of("deposited", "noted");
    }

    @Override
    public Delivery delivery() {
        return delivery;
    }

    private Object[] row(EventEnvelope<Object> event) {
        return new Object[] {name, event.position(), event.aggregateId(), event.version()};
    }

    @Override
    public void handle(EventEnvelope<Object> event) {
        attempts.add(event.position());
        jdbc.update(EffectLog.INSERT, row(event));
    }

    @Override
    public void handleAll(List<EventEnvelope<Object>> events) {
        if (!batches) {
            EventHandlers.super.handleAll(events);
            return;
        }
        events.forEach(event -> attempts.add(event.position()));
        jdbc.batchUpdate(EffectLog.INSERT, events.stream().map(this::row).toList());
    }
}
