package io.eventsource.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Callers append single events while somebody else loads a great many in bulk, and the same callers undisturbed. */
record BulkLoadRow(String name, int callers) implements Row {

    private static final List<OrderLineAdded> LINES = List.of(OrderLineAdded.of(1));
    private static final Metric MEDIAN = new Metric("append p50", "µs");
    private static final Metric TAIL = new Metric("append p99", "µs");
    private static final Metric LOADED = new Metric("loaded", "events/s");

    @Override
    public String description() {
        return "%d callers append 1 event each while a bulk load runs".formatted(callers);
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        EventsourceContender contender = contenders.eventsource();
        BenchmarkSettings settings = contenders.settings();
        return List.of(
                new Entrant("%,d events loaded meanwhile".formatted(settings.loaded()), time -> {
                    contender.reset(settings.fill());
                    return measureWhileLoading(contender, settings.loaded());
                }),
                new Entrant("nothing loaded", time -> {
                    contender.reset(settings.fill());
                    return latencies(
                            Callers.run(callers, time, contender.database(), () -> new StreamWriter(contender, LINES)));
                }));
    }

    private Map<Metric, Double> measureWhileLoading(EventsourceContender contender, int events) throws Exception {
        long start = System.nanoTime();
        CompletableFuture<Double> load = CompletableFuture.supplyAsync(
                () -> {
                    contender.load(events);
                    return events * 1e9 / (System.nanoTime() - start);
                },
                command -> new Thread(command, "bulk-load").start());
        Map<Metric, Double> measured = latencies(
                Callers.run(callers, load::isDone, contender.database(), () -> new StreamWriter(contender, LINES)));
        measured.put(LOADED, load.join());
        return measured;
    }

    private static Map<Metric, Double> latencies(Callers.Outcome outcome) {
        Map<Metric, Double> measured = new LinkedHashMap<>();
        measured.put(MEDIAN, outcome.micros(0.5));
        measured.put(TAIL, outcome.micros(0.99));
        return measured;
    }
}
