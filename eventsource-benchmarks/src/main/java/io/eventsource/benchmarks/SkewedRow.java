package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * Writers append to streams of which a few are appended to most of the time: the n-th is chosen as often as 1/n says (Zipf's distribution).
 * Each looks up the stream's version, appends on that condition, and begins anew on a conflict.
 */
record SkewedRow(String name, int writers) implements Row {

    private static final int STREAMS = 1_000;
    private static final int EVENTS_OF_STREAM = 10;
    private static final Metric RETRIES = new Metric("retries", "per success");

    @Override
    public String description() {
        return "%d writers append to %,d streams, the n-th of them 1/n times as often as the first"
                .formatted(writers, STREAMS);
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        return List.<Contender>of(contenders.eventsource(), contenders.axon(), contenders.plain()).stream()
                .map(contender -> new Entrant(contender.name(), time -> measure(contender, time)))
                .toList();
    }

    private Map<Metric, Double> measure(Contender contender, Duration time) throws Exception {
        contender.reset(STREAMS * EVENTS_OF_STREAM);
        List<OrderLineAdded> events = List.of(OrderLineAdded.of(1));
        double[] shares = shares();
        LongAdder retries = new LongAdder();
        Callers.Outcome outcome = Callers.run(writers, time, contender.database(), () -> () -> {
            UUID stream = FilledStreams.id(1 + chosen(shares));
            while (!contender.append(stream, contender.version(stream), events)) {
                retries.increment();
            }
        });
        Map<Metric, Double> measured = new LinkedHashMap<>(outcome.measured(1));
        measured.put(RETRIES, retries.sum() / (double) outcome.calls());
        return measured;
    }

    /** How often one of the first streams is chosen, for each number of streams. */
    private static double[] shares() {
        double[] shares = new double[STREAMS];
        double sum = 0;
        for (int i = 0; i < STREAMS; i++) {
            sum += 1.0 / (i + 1);
            shares[i] = sum;
        }
        return shares;
    }

    private static int chosen(double[] shares) {
        double place = ThreadLocalRandom.current().nextDouble(shares[STREAMS - 1]);
        int found = Arrays.binarySearch(shares, place);
        return found < 0 ? -found - 1 : found;
    }
}
