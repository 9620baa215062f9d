package io.eventsource.benchmarks;

import java.time.Duration;
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
 * @param bytes of an event's JSON, 0 for the usual one
 */
record AppendRow(String name, int callers, int events, boolean inTransaction, int bytes) implements Row {

    private static final int RUN_UP = 10;

    @Override
    public String description() {
        return "%d caller%s append %d event%s each%s%s"
                .formatted(
                        callers,
                        callers == 1 ? "" : "s",
                        events,
                        events == 1 ? "" : "s",
                        bytes == 0 ? "" : ", of %,d bytes".formatted(bytes),
                        inTransaction ? ", every append in a Spring transaction" : "");
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        Entrant eventsource = entrant(contenders.eventsource(), contenders);
        Entrant axon = entrant(contenders.axon(), contenders);
        Entrant plain = entrant(contenders.plain(), contenders);
        return inTransaction
                ? List.of(
                        eventsource, entrant("append timing at-commit", contenders.atCommit(), contenders), axon, plain)
                : List.of(eventsource, axon, plain, entrant(contenders.plainStatement(), contenders));
    }

    private Entrant entrant(Contender contender, Contenders contenders) {
        return entrant(contender.name(), contender, contenders);
    }

    private Entrant entrant(String entrant, Contender contender, Contenders contenders) {
        return new Entrant(entrant, time -> measure(contender, contenders.settings(), time));
    }

    private Map<Metric, Double> measure(Contender contender, BenchmarkSettings settings, Duration time)
            throws Exception {
        contender.reset(settings.fill());
        Callers.run(callers, time.dividedBy(RUN_UP), contender.database(), () -> writer(contender));
        return Callers.run(callers, time, contender.database(), () -> writer(contender))
                .measured(events);
    }

    private Callers.Call writer(Contender contender) {
        StreamWriter writer = new StreamWriter(
                contender,
                IntStream.range(0, events)
                        .mapToObj(i -> bytes == 0 ? OrderLineAdded.of(i) : OrderLineAdded.sized(bytes))
                        .toList());
        return inTransaction ? () -> contender.transactions().executeWithoutResult(status -> writer.run()) : writer;
    }
}
