package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Callers that call again as soon as they have their answer. */
public final class Callers {

    /** One call. */
    public interface Call {

        void run() throws Exception;
    }

    /** What came of it. */
    public static final class Outcome {
        private static final Row.Metric THROUGHPUT = new Row.Metric("throughput", "events/s");
        private static final Row.Metric MEDIAN = new Row.Metric("p50", "µs");
        private static final Row.Metric TAIL = new Row.Metric("p99", "µs");

        private final double perSecond;
        private final long[] nanos;
        private final Cost cost;

        private Outcome(double perSecond, long[] nanos, Cost cost) {
            this.perSecond = perSecond;
            this.nanos = nanos;
            this.cost = cost;
        }

        /** Throughput, times and cost of calls that had so many events each, in the order of the report. */
        Map<Row.Metric, Double> measured(int events) {
            Map<Row.Metric, Double> measured = new LinkedHashMap<>();
            measured.put(THROUGHPUT, perSecond * events);
            measured.put(MEDIAN, micros(0.5));
            measured.put(TAIL, micros(0.99));
            measured.putAll(cost(events));
            return measured;
        }

        /** Cost of calls that had so many events each. */
        public Map<Row.Metric, Double> cost(int events) {
            return cost.of((long) calls() * events);
        }

        /** Cost of all that was done while these calls ran. */
        Cost cost() {
            return cost;
        }

        public int calls() {
            return nanos.length;
        }

        /** Calls per second, until the last answer. */
        public double perSecond() {
            return perSecond;
        }

        /** The time within which this part of the calls was answered. */
        public double micros(double quantile) {
            return nanos[(int) Math.min(nanos.length - 1L, (long) (quantile * nanos.length))] / 1e3;
        }
    }

    private Callers() {}

    /**
     * Calls for some time, and counts what it costs.
     *
     * @param callers how many at once, each on a thread of its own
     * @param time after which nobody begins another call
     * @param database whose server counts
     * @param call makes what one caller calls
     */
    public static Outcome run(int callers, Duration time, Database database, Supplier<Call> call) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        return run(callers, () -> System.nanoTime() >= end, database, call);
    }

    /**
     * Calls until something is over.
     *
     * @param callers how many at once, each on a thread of its own
     * @param over whether nobody begins another call
     * @param database whose server counts
     * @param call makes what one caller calls
     */
    static Outcome run(int callers, BooleanSupplier over, Database database, Supplier<Call> call) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            List<Future<long[]>> answers = new ArrayList<>();
            Cost.Used before = Cost.soFar(database);
            long start = System.nanoTime();
            for (int i = 0; i < callers; i++) {
                Call own = call.get();
                Callable<long[]> loop = () -> callUntil(over, own);
                answers.add(threads.submit(loop));
            }
            List<long[]> all = new ArrayList<>();
            for (Future<long[]> answer : answers) {
                all.add(answer.get());
            }
            long end = System.nanoTime();
            Cost cost = Cost.since(before, database);
            long[] nanos = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
            return new Outcome(nanos.length * 1e9 / (end - start), nanos, cost);
        } catch (ExecutionException failure) {
            throw failure.getCause() instanceof Exception cause ? cause : failure;
        } finally {
            threads.shutdownNow();
        }
    }

    private static long[] callUntil(BooleanSupplier over, Call call) throws Exception {
        long[] nanos = new long[1024];
        int count = 0;
        long begin = System.nanoTime();
        do {
            call.run();
            long now = System.nanoTime();
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count++] = now - begin;
            begin = now;
        } while (!over.getAsBoolean());
        return Arrays.copyOf(nanos, count);
    }
}
