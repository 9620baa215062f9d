package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One caller loads streams of one length and folds them. */
record LoadRow(String name, int events) implements Row {

    private static final int STREAMS = 20;
    private static final int EVENTS_PER_APPEND = 100;
    private static final Metric MEDIAN = new Metric("p50", "ms");
    private static final Metric TAIL = new Metric("p99", "ms");

    @Override
    public String description() {
        return "one caller loads and folds streams of %d events".formatted(events);
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        List<UUID> streams = Stream.generate(UUID::randomUUID).limit(STREAMS).toList();
        List<Entrant> entrants = new ArrayList<>();
        for (Contender contender : List.of(contenders.eventsource(), contenders.axon(), contenders.plain())) {
            contender.reset(contenders.settings().fill());
            streams.forEach(stream -> fill(contender, stream));
            entrants.add(new Entrant(contender.name(), time -> measure(contender, streams, time)));
        }
        return entrants;
    }

    private void fill(Contender contender, UUID stream) {
        List<OrderLineAdded> lines = IntStream.range(0, EVENTS_PER_APPEND)
                .mapToObj(OrderLineAdded::of)
                .toList();
        for (int version = 0; version < events; version += EVENTS_PER_APPEND) {
            contender.append(stream, version, lines);
        }
    }

    private Map<Metric, Double> measure(Contender contender, List<UUID> streams, Duration time) throws Exception {
        int[] next = new int[1];
        Callers.Outcome outcome = Callers.run(1, time, contender.database(), () -> () -> {
            if (contender.load(streams.get(next[0]++ % STREAMS)) <= 0) {
                throw new IllegalStateException(contender.name() + " has not loaded the stream");
            }
        });
        Map<Metric, Double> measured = new LinkedHashMap<>();
        measured.put(MEDIAN, outcome.micros(0.5) / 1e3);
        measured.put(TAIL, outcome.micros(0.99) / 1e3);
        measured.putAll(outcome.cost(events));
        return measured;
    }
}
