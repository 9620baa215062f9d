package io.eventsource.sample.load;

import java.time.Duration;

/** Counts latencies in buckets that are 3 % wide, from a microsecond to more than an hour. Not thread-safe. */
final class LatencyHistogram {

    private static final int STEPS_BITS = 5;
    private static final int STEPS = 1 << STEPS_BITS;

    private final long[] counts = new long[STEPS * 40];
    private long total;

    void add(Duration latency) {
        counts[bucketOf(Math.max(0, latency.toNanos() / 1_000))]++;
        total++;
    }

    void add(LatencyHistogram other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        total += other.total;
    }

    long total() {
        return total;
    }

    /** The latency in milliseconds that the given share of all does not exceed, 0 without any. */
    double millisAt(double share) {
        long wanted = (long) Math.ceil(share * total);
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= wanted && seen > 0) {
                return upperEndOf(i) / 1_000.0;
            }
        }
        return 0;
    }

    /** Up to 63 µs a bucket each; then 32 buckets for each doubling. */
    private int bucketOf(long micros) {
        int shift = Math.max(0, 63 - Long.numberOfLeadingZeros(Math.max(1, micros)) - STEPS_BITS);
        return Math.min(counts.length - 1, (int) (shift * (long) STEPS + (micros >>> shift)));
    }

    private static long upperEndOf(int bucket) {
        if (bucket < 2 * STEPS) {
            return bucket;
        }
        int shift = bucket / STEPS - 1;
        return (((long) bucket - (long) shift * STEPS) << shift) + (1L << shift) - 1;
    }
}
