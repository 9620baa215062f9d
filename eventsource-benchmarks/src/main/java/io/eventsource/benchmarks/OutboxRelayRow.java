package io.eventsource.benchmarks;

import java.util.List;
import java.util.Map;

/**
 * A backlog is published to a broker that takes everything at once.
 *
 * @param name the row's name
 */
record OutboxRelayRow(String name) implements Row {

    private static final Metric SPEED = new Metric("published", "events/s");

    @Override
    public String description() {
        return "a backlog of streams of ten events leaves for a destination that counts";
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        int events = contenders.settings().loaded();
        return List.of(new Entrant("eventsource", time -> measure(contenders.outbox(), events)));
    }

    private static Map<Metric, Double> measure(EventsourceOutbox outbox, int events) {
        outbox.reset(events);
        Tally published = new Tally();
        long start = System.nanoTime();
        long end;
        EventsourceLog log = outbox.publish(new CountingTransport(published));
        try {
            published.await(events);
            end = System.nanoTime();
        } finally {
            log.close();
        }
        published.requireExactly(events);
        return Map.of(SPEED, events * 1e9 / (end - start));
    }
}
