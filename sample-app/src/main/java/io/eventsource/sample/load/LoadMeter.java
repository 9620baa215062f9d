package io.eventsource.sample.load;

import java.time.Duration;

/** Counts what happens, since the beginning and since the last look. Thread-safe. */
final class LoadMeter {

    private final LatencyHistogram overall = new LatencyHistogram();
    private LatencyHistogram recent = new LatencyHistogram();
    private long orders;
    private long ordersAtLastLook;
    private long retries;
    private long repeats;
    private long errors;

    /**
     * What has happened.
     *
     * @param orders orders played to their end
     * @param recentOrders those of them since the last look
     * @param requests requests answered
     * @param retries requests sent again because there was no answer, or 503
     * @param repeats requests that had taken effect although their answer was lost
     * @param errors requests refused, or given up
     * @param p50Millis median latency of an answered request
     * @param p99Millis 99th percentile of it
     */
    record Reading(
            long orders,
            long recentOrders,
            long requests,
            long retries,
            long repeats,
            long errors,
            double p50Millis,
            double p99Millis) {}

    synchronized void answered(Duration latency) {
        recent.add(latency);
    }

    synchronized void orderDone() {
        orders++;
    }

    synchronized void retried() {
        retries++;
    }

    synchronized void repeated() {
        repeats++;
    }

    synchronized void failed() {
        errors++;
    }

    /** Latencies since the last look; counts since the beginning. */
    synchronized Reading look() {
        LatencyHistogram seen = recent;
        recent = new LatencyHistogram();
        overall.add(seen);
        long done = orders - ordersAtLastLook;
        ordersAtLastLook = orders;
        return reading(seen, done);
    }

    /** Everything since the beginning. */
    synchronized Reading total() {
        overall.add(recent);
        recent = new LatencyHistogram();
        return reading(overall, orders);
    }

    private Reading reading(LatencyHistogram latencies, long done) {
        return new Reading(
                orders,
                done,
                overall.total(),
                retries,
                repeats,
                errors,
                latencies.millisAt(0.5),
                latencies.millisAt(0.99));
    }
}
