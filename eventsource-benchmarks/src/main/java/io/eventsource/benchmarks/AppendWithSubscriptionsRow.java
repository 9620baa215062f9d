package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Callers append single events while subscriptions of the same JVM and the same pool follow.
 *
 * @param name the row's name
 * @param callers how many append at once
 */
record AppendWithSubscriptionsRow(String name, int callers) implements Row {

    private static final List<OrderLineAdded> LINES = List.of(OrderLineAdded.of(1));
    private static final int RUN_UP = 10;
    private static final Metric THROUGHPUT = new Metric("append throughput", "events/s");
    private static final Metric MEDIAN = new Metric("append p50", "µs");

    @Override
    public String description() {
        return "%d callers append 1 event each while live subscriptions follow".formatted(callers);
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        EventsourceSubscriber subscriber = contenders.eventsourceSubscriber();
        int fill = contenders.settings().fill();
        return Stream.of(20, 1, 0)
                .map(subscriptions -> new Entrant(
                        "%d subscription%s".formatted(subscriptions, subscriptions == 1 ? "" : "s"),
                        time -> measure(subscriber, subscriptions, fill, time)))
                .toList();
    }

    private Map<Metric, Double> measure(EventsourceSubscriber subscriber, int subscriptions, int fill, Duration time)
            throws Exception {
        subscriber.reset(fill);
        List<Tally> tallies =
                IntStream.range(0, subscriptions).mapToObj(i -> new Tally()).toList();
        AtomicLong events = new AtomicLong(fill);
        Callers.Outcome outcome;
        try (EventsourceLog log = subscriber.start(tallies)) {
            tallies.forEach(tally -> tally.await(events.get()));
            append(log, time.dividedBy(RUN_UP), events);
            outcome = append(log, time, events);
            tallies.forEach(tally -> tally.await(events.get()));
        }
        tallies.forEach(tally -> tally.requireExactly(events.get()));
        Map<Metric, Double> measured = new LinkedHashMap<>();
        measured.put(THROUGHPUT, outcome.perSecond());
        measured.put(MEDIAN, outcome.micros(0.5));
        measured.putAll(outcome.cost(1));
        return measured;
    }

    private Callers.Outcome append(EventsourceLog log, Duration time, AtomicLong events) throws Exception {
        Callers.Outcome outcome =
                Callers.run(callers, time, log.database(), () -> new StreamWriter(log.contender(), LINES));
        events.addAndGet(outcome.calls());
        return outcome;
    }
}
