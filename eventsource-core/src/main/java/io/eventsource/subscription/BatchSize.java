package io.eventsource.subscription;

import java.time.Duration;

/**
 * How many events the next batch takes. Used by one thread.
 *
 * <ol>
 *   <li>More while there is a backlog and batches are quick, fewer when they are slow.
 *   <li>After a batch has failed at one of its events: those before that event, then that event alone, then as many as before.
 *   <li>Where the events before it fail as well, or nobody knows the event: half of those that failed, and again half of them, until the event is
 *       found.
 *   <li>After a fault that is no event's: one, and more as soon as batches go well again.
 * </ol>
 */
final class BatchSize {

    private static final long QUICK_NANOS = Duration.ofMillis(200).toNanos();
    private static final long SLOW_NANOS = Duration.ofSeconds(2).toNanos();

    private final int max;
    private int current;

    /** Among so many of the next events is the one that a batch has failed at; 0 when none has. */
    private int suspects;

    /** How many of them are tried next. */
    private int part;

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
        return suspects > 0 ? part : current;
    }

    /** A batch of this size was handled in this time. */
    void handled(int events, long nanos) {
        if (suspects > 0) {
            suspects = Math.max(0, suspects - events);
            part = half(suspects);
        } else if (nanos > SLOW_NANOS) {
            current = half(current);
        } else if (nanos < QUICK_NANOS && events >= current) {
            current = Math.min(max, current * 2);
        }
    }

    /**
     * A batch failed.
     *
     * @param events how many it had
     * @param before how many of them come before the one that it presumably failed at
     */
    void failedAt(int events, int before) {
        boolean known = suspects == 0 && before < events - 1;
        int tried = Math.max(1, events);
        suspects = Math.min(tried, before + 1);
        part = suspects == 1 ? 1 : known ? before : Math.min(half(tried), before);
    }

    /** The event that failed is dealt with. */
    void parked() {
        suspects = 0;
    }

    /** Nothing can be told of the events. */
    void failed() {
        suspects = 0;
        current = 1;
    }

    private static int half(int size) {
        return Math.max(1, size / 2);
    }
}
