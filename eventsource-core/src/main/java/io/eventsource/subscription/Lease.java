package io.eventsource.subscription;

import java.time.Duration;

/**
 * How long this instance may take its segments for its own: a lease's duration from when it last began to renew it, by a clock
 * that nobody sets. The database grants it from a moment later on, so others never see it end earlier. Thread-safe.
 */
final class Lease {

    private final long nanos;
    private volatile long renewedAt;
    private volatile boolean given;

    Lease(Duration duration) {
        this.nanos = duration.toNanos();
    }

    /** It was renewed by a statement that was sent at this time of {@link System#nanoTime()}. */
    void renewed(long sentAt) {
        renewedAt = sentAt;
        given = true;
    }

    void end() {
        given = false;
    }

    boolean held() {
        return given && System.nanoTime() - renewedAt < nanos;
    }
}
