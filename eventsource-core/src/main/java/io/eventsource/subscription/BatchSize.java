package io.eventsource.subscription;

import java.time.Duration;

/**
 * How many events the next batch takes: more while there is a backlog and batches are quick, fewer when they are slow, and
 * one by one after a failure, until they go well again. Used by one thread.
 */
final class BatchSize {

    private static final long QUICK_NANOS = Duration.ofMillis(200).toNanos();
    private static final long SLOW_NANOS = Duration.ofSeconds(2).toNanos();

    private final int max;
    private int current;

    /**
     * Starts with the configured size.
     *
     * @param base the first size
     * @param max what it never exceeds, not below the base
     */
    BatchSize(int base, int max) {
        this.max = max;
        this.current = base;
    }

    int current() {
        return current;
    }

    /** A batch of this size was handled in this time. */
    void handled(int events, long nanos) {
        if (nanos > SLOW_NANOS) {
            current = Math.max(1, current / 2);
        } else if (nanos < QUICK_NANOS && events >= current) {
            current = Math.min(max, current * 2);
        }
    }

    /** A batch failed. */
    void failed() {
        current = 1;
    }
}
