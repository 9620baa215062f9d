package io.eventsource.benchmarks.outbox;

import io.eventsource.benchmarks.Contenders;
import io.eventsource.benchmarks.Row;
import io.eventsource.benchmarks.Tally;
import java.util.List;
import java.util.Map;

/**
 * A backlog leaves for a receiver that counts.
 *
 * @param name the row's name
 */
record OutboxRelayRow(String name) implements Row {

    private static final Metric SPEED = new Metric("published", "events/s");

    @Override
    public String description() {
        return "a backlog of streams of ten events leaves for a receiver that counts";
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        int events = contenders.settings().loaded();
        return Outboxes.of(contenders).outboxes().stream()
                .map(outbox -> new Entrant(outbox.name(), time -> measure(outbox, events)))
                .toList();
    }

    private static Map<Metric, Double> measure(OutboxContender outbox, int events) {
        outbox.reset();
        outbox.backlog(events);
        Tally published = new Tally();
        long start = System.nanoTime();
        try (OutboxContender.Application application = outbox.start(stream -> published.add(1))) {
            if (!(outbox instanceof EventsourceOutbox)) {
                // how long Spring Boot takes to start is nobody's fault
                start = System.nanoTime();
            }
            application.resume();
            published.await(events);
            return Map.of(SPEED, events * 1e9 / (System.nanoTime() - start));
        }
    }
}
