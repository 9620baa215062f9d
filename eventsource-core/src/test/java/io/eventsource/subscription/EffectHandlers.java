package io.eventsource.subscription;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.testing.EffectLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /** Each attempt is at the next event, or begins again further back. */
    List<String> violationsInAttempts(List<Long> events) {
        List<String> found = new ArrayList<>();
        Map<Long, Integer> places = new HashMap<>();
        events.forEach(position -> places.put(position, places.size()));
        int before = -1;
        for (long position : attempts) {
            Integer place = places.get(position);
            if (place == null) {
                found.add("'%s' was given %d, which is not committed".formatted(name, position));
                continue;
            }
            if (place > before + 1) {
                found.add("'%s' went past %d events to position %d".formatted(name, place - before - 1, position));
            }
            before = place;
        }
        return found;
    }

    /** What is wrong when everything has been handled. */
    List<String> violationsInTheEnd(EffectLog log) {
        List<String> found = new ArrayList<>(log.violationsInTheEnd(name, EffectLog.Order.OF_THE_LOG, exactlyOnce()));
        found.addAll(violationsInAttempts(log.events()));
        return found;
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
