package io.eventsource.benchmarks;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.snapshot.Snapshots.Settings.SnapshotMode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One caller loads streams from a snapshot with a tail, beside streams that are only as long as the tail. */
record LoadSnapshotRow(String name, int events, int tail) implements Row {

    private static final int STREAMS = 20;
    private static final Metric MEDIAN = new Metric("p50", "ms");
    private static final Metric TAIL = new Metric("p99", "ms");

    @Override
    public String description() {
        return "one caller loads streams of %d events from a snapshot and the last %d, or streams of %d without"
                .formatted(events, tail, tail);
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        EventsourceContender contender = contenders.eventsource();
        contender.reset(contenders.settings().fill());
        AggregateRepository<Order> snapshotted = contender.orders(SnapshotMode.MANUAL, Runnable::run);
        List<UUID> lengthy = streams(contender, events - tail);
        lengthy.forEach(stream -> {
            if (!snapshotted.snapshot(stream)) {
                throw new IllegalStateException("No snapshot of " + stream);
            }
            append(contender, stream, events - tail, tail);
        });
        List<UUID> brief = streams(contender, tail);
        return List.of(
                new Entrant("snapshot and " + tail, time -> measure(contender.database(), snapshotted, lengthy, time)),
                new Entrant(tail + " events", time -> measure(contender.database(), contender.orders(), brief, time)),
                new Entrant(
                        events + " events", time -> measure(contender.database(), contender.orders(), lengthy, time)));
    }

    private static List<UUID> streams(EventsourceContender contender, int length) {
        List<UUID> streams = Stream.generate(UUID::randomUUID).limit(STREAMS).toList();
        streams.forEach(stream -> append(contender, stream, 0, length));
        return streams;
    }

    private static void append(EventsourceContender contender, UUID stream, int version, int count) {
        contender.append(
                stream,
                version,
                IntStream.range(0, count).mapToObj(OrderLineAdded::of).toList());
    }

    private static Map<Metric, Double> measure(
            Database database, AggregateRepository<Order> orders, List<UUID> streams, Duration time) throws Exception {
        int[] next = new int[1];
        Callers.Outcome outcome = Callers.run(1, time, database, () -> () -> {
            if (orders.load(streams.get(next[0]++ % STREAMS)).state() <= 0) {
                throw new IllegalStateException("A stream was not loaded");
            }
        });
        Map<Metric, Double> measured = new LinkedHashMap<>();
        measured.put(MEDIAN, outcome.micros(0.5) / 1e3);
        measured.put(TAIL, outcome.micros(0.99) / 1e3);
        return measured;
    }
}
