package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Writers append single events to streams that are there, each to its own, while readers load streams.
 *
 * @param name the row's name
 * @param writers how many append at once
 * @param readers how many load at once
 * @param bytes of an event's JSON
 * @param percent of all calls that are appends at most; writers wait for readers
 */
record MixedRow(String name, int writers, int readers, int bytes, int percent) implements Row {

    private static final int STREAMS = 5_000;
    private static final int EVENTS_OF_STREAM = 10;
    private static final long PAUSE_NANOS = 50_000;
    private static final Metric APPENDS = new Metric("append throughput", "events/s");
    private static final Metric APPEND_MEDIAN = new Metric("append p50", "µs");
    private static final Metric APPEND_TAIL = new Metric("append p99", "µs");
    private static final Metric LOADS = new Metric("load throughput", "streams/s");
    private static final Metric LOAD_MEDIAN = new Metric("load p50", "µs");

    @Override
    public String description() {
        return "%d writers append events of %d bytes to %,d streams while %d readers load these%s"
                .formatted(
                        writers,
                        bytes,
                        STREAMS,
                        readers,
                        percent == 100 ? "" : ", %d %% of calls append".formatted(percent));
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        return List.<Contender>of(contenders.eventsource(), contenders.axon(), contenders.plain()).stream()
                .map(contender -> new Entrant(contender.name(), time -> measure(contender, time)))
                .toList();
    }

    private Map<Metric, Double> measure(Contender contender, Duration time) throws Exception {
        contender.reset(STREAMS * EVENTS_OF_STREAM);
        Calls calls = new Calls();
        long end = System.nanoTime() + time.toNanos();
        FutureTask<Callers.Outcome> loads = new FutureTask<>(() -> Callers.run(
                readers, () -> System.nanoTime() >= end, contender.database(), () -> () -> load(contender, calls)));
        new Thread(loads, "mixed-readers").start();
        AtomicInteger writer = new AtomicInteger();
        Callers.Outcome appends = Callers.run(
                writers,
                () -> System.nanoTime() >= end,
                contender.database(),
                () -> new Writer(contender, calls, writer.getAndIncrement()));
        Callers.Outcome loaded = loads.get();
        Map<Metric, Double> measured = new LinkedHashMap<>();
        measured.put(APPENDS, appends.perSecond());
        measured.put(APPEND_MEDIAN, appends.micros(0.5));
        measured.put(APPEND_TAIL, appends.micros(0.99));
        measured.put(LOADS, loaded.perSecond());
        measured.put(LOAD_MEDIAN, loaded.micros(0.5));
        // per event appended or stream loaded
        measured.putAll(appends.cost().of((long) appends.calls() + loaded.calls()));
        return measured;
    }

    private static void load(Contender contender, Calls calls) {
        UUID stream = FilledStreams.id(1 + ThreadLocalRandom.current().nextInt(STREAMS));
        if (contender.load(stream) <= 0) {
            throw new IllegalStateException(contender.name() + " has not loaded a stream");
        }
        calls.loads.increment();
    }

    /** How many calls there were so far. */
    private static final class Calls {

        private final LongAdder appends = new LongAdder();
        private final LongAdder loads = new LongAdder();
    }

    /** Appends to one stream of its own after the other. */
    private final class Writer implements Callers.Call {

        private final Contender contender;
        private final Calls calls;
        private final int number;
        private final List<OrderLineAdded> events = List.of(OrderLineAdded.sized(bytes));
        private int turn;

        Writer(Contender contender, Calls calls, int number) {
            this.contender = contender;
            this.calls = calls;
            this.number = number;
        }

        @Override
        public void run() {
            while (percent < 100 && calls.appends.sum() * 100 > (calls.appends.sum() + calls.loads.sum()) * percent) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            int own = STREAMS / writers;
            UUID stream = FilledStreams.id(1 + number * own + turn % own);
            if (!contender.append(stream, EVENTS_OF_STREAM + turn / own, events)) {
                throw new IllegalStateException(contender.name() + " refused an append to a stream of one writer");
            }
            calls.appends.increment();
            turn++;
        }
    }
}
