package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Concurrent callers append to streams of their own with exact versions; after ten appends each begins a new stream.
 *
 * @param name the row's name
 * @param callers how many at once
 * @param events events per append
 * @param inTransaction whether each append stands in a Spring transaction
 */
record AppendRow(String name, int callers, int events, boolean inTransaction) implements Row {

    private static final int RUN_UP = 10;
    private static final Metric THROUGHPUT = new Metric("throughput", "events/s");
    private static final Metric MEDIAN = new Metric("p50", "µs");
    private static final Metric TAIL = new Metric("p99", "µs");

    @Override
    public String description() {
        return "%d caller%s append %d event%s each%s"
                .formatted(
                        callers,
                        callers == 1 ? "" : "s",
                        events,
                        events == 1 ? "" : "s",
                        inTransaction ? ", every append in a Spring transaction" : "");
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        List<Contender> all = inTransaction
                ? List.of(contenders.eventsource(), contenders.axon(), contenders.plain())
                : List.of(contenders.eventsource(), contenders.axon(), contenders.plain(), contenders.plainStatement());
        return all.stream()
                .map(contender ->
                        new Entrant(contender.name(), time -> measure(contender, contenders.settings(), time)))
                .toList();
    }

    private Map<Metric, Double> measure(Contender contender, BenchmarkSettings settings, Duration time)
            throws Exception {
        contender.reset(settings.fill());
        Callers.run(callers, time.dividedBy(RUN_UP), () -> writer(contender));
        Callers.Outcome outcome = Callers.run(callers, time, () -> writer(contender));
        Map<Metric, Double> measured = new LinkedHashMap<>();
        measured.put(THROUGHPUT, outcome.perSecond() * events);
        measured.put(MEDIAN, outcome.micros(0.5));
        measured.put(TAIL, outcome.micros(0.99));
        return measured;
    }

    private Callers.Call writer(Contender contender) {
        StreamWriter writer = new StreamWriter(
                contender,
                IntStream.range(0, events).mapToObj(OrderLineAdded::of).toList());
        return inTransaction ? () -> contender.transactions().executeWithoutResult(status -> writer.run()) : writer;
    }
}
