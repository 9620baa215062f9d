package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.dao.DataIntegrityViolationException;

/**
 * A subscription reads a long log from its beginning, of which some events can never be handled: they are parked, and with them those of
 * the same stream that come later.
 *
 * @param oneIn one event in so many fails, 20 or more: in streams of ten events the first of some, and those behind it wait
 */
record PoisonRow(String name, int oneIn) implements Row {

    /** As much as one event by event does in some seconds. */
    private static final int MOST_EVENTS = 20_000;

    /** So many events does a stream of this log have. */
    private static final int STREAM = 10;

    private static final Duration LOOK = Duration.ofMillis(5);
    private static final Metric SPEED = new Metric("catch-up", "events/s");
    private static final Metric PARKED = new Metric("parked", "events");

    private static final String DONE =
            "SELECT coalesce(sum(events_processed), 0) FROM eventsource.projection_checkpoints";

    private static final String DEAD = "SELECT count(*) FROM eventsource.dead_letter_queue";

    @Override
    public String description() {
        return "one subscription reads a log of which one event in %d cannot be handled".formatted(oneIn);
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        int events = Math.min(MOST_EVENTS, contenders.settings().loaded());
        EventsourceSubscriber subscriber = contenders.eventsourceSubscriber();
        subscriber.reset(events);
        return List.of(
                new Entrant("1 event in %d".formatted(oneIn), time -> measure(subscriber, events, new Poisoned(oneIn))),
                new Entrant("none", time -> measure(subscriber, events, new Tally())));
    }

    /** Fails at the first event of some streams; the nine behind it wait. */
    private record Poisoned(int oneIn) implements LineHandler {

        @Override
        public void handle(UUID stream, OrderLineAdded line) {
            if (Math.floorMod(stream.hashCode(), oneIn / STREAM) == 0) {
                throw new DataIntegrityViolationException("can never be handled");
            }
        }
    }

    private static Map<Metric, Double> measure(EventsourceSubscriber subscriber, int events, LineHandler handler)
            throws Exception {
        subscriber.forget();
        Map<Metric, Double> measured = new LinkedHashMap<>();
        Cost.Used before = Cost.soFar(subscriber.database());
        long start = System.nanoTime();
        subscriber.during(List.of(handler), log -> {
            while (count(subscriber, DONE) < events) {
                Thread.sleep(LOOK.toMillis());
            }
            measured.put(SPEED, events * 1e9 / (System.nanoTime() - start));
            measured.putAll(Cost.since(before, subscriber.database()).of(events));
            return events;
        });
        measured.put(PARKED, (double) count(subscriber, DEAD));
        return measured;
    }

    private static long count(EventsourceSubscriber subscriber, String sql) {
        Long found = subscriber.database().jdbc().queryForObject(sql, Long.class);
        return found == null ? 0 : found;
    }
}
