package io.eventsource.benchmarks.outbox;

import io.eventsource.benchmarks.Callers;
import io.eventsource.benchmarks.Contenders;
import io.eventsource.benchmarks.EventsourceLog;
import io.eventsource.benchmarks.OrderLineAdded;
import io.eventsource.benchmarks.Row;
import io.eventsource.benchmarks.StreamWriter;
import io.eventsource.benchmarks.Tally;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What an outbox costs those who append: rows of the mode table, and a publisher that follows, in the same JVM with the same pool.
 *
 * @param name the row's name
 * @param callers how many append at once
 * @param events events per append
 */
record OutboxAppendRow(String name, int callers, int events) implements Row {

    private static final int RUN_UP = 10;
    private static final Metric THROUGHPUT = new Metric("append throughput", "events/s");
    private static final Metric MEDIAN = new Metric("append p50", "µs");

    @Override
    public String description() {
        return "%d callers append %d event%s each with and without an outbox"
                .formatted(callers, events, events == 1 ? "" : "s");
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        int fill = contenders.settings().fill();
        return List.of(
                new Entrant("no outbox", time -> measure(Outboxes.of(contenders).outbox(), false, fill, time)),
                new Entrant(
                        "log, publisher running",
                        time -> measure(Outboxes.of(contenders).outbox(), true, fill, time)),
                new Entrant(
                        "table, no publisher",
                        time -> measure(Outboxes.of(contenders).outboxTable(), false, fill, time)),
                new Entrant(
                        "table, publisher running",
                        time -> measure(Outboxes.of(contenders).outboxTable(), true, fill, time)));
    }

    private Map<Metric, Double> measure(EventsourceOutbox outbox, boolean publishing, int fill, Duration time)
            throws Exception {
        outbox.reset(fill);
        Tally published = new Tally();
        Callers.Outcome outcome;
        try (EventsourceLog log = publishing ? outbox.publish(new CountingTransport(published)) : outbox.silent()) {
            if (publishing) {
                published.await(fill);
            }
            Callers.Outcome runUp = append(log, time.dividedBy(RUN_UP));
            outcome = append(log, time);
            if (publishing) {
                published.await(fill + (long) (runUp.calls() + outcome.calls()) * events);
            }
        }
        Map<Metric, Double> measured = new LinkedHashMap<>();
        measured.put(THROUGHPUT, outcome.perSecond() * events);
        measured.put(MEDIAN, outcome.micros(0.5));
        measured.putAll(outcome.cost(events));
        return measured;
    }

    private Callers.Outcome append(EventsourceLog log, Duration time) throws Exception {
        List<OrderLineAdded> lines =
                IntStream.range(0, events).mapToObj(OrderLineAdded::of).toList();
        return Callers.run(callers, time, log.database(), () -> new StreamWriter(log.contender(), lines));
    }
}
