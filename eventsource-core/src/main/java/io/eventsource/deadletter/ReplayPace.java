package io.eventsource.deadletter;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Spaces attempts evenly. Used by one thread. */
final class ReplayPace {

    private final long interval;
    private final LongSupplier nanoTime;
    private final Sleeper sleeper;
    private long next;

    /** Waits; replaced in tests. */
    interface Sleeper {
        void sleep(long nanos) throws InterruptedException;
    }

    ReplayPace(int perSecond, LongSupplier nanoTime, Sleeper sleeper) {
        this.interval = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.nanoTime = nanoTime;
        this.sleeper = sleeper;
        this.next = nanoTime.getAsLong();
    }

    void await() throws InterruptedException {
        long now = nanoTime.getAsLong();
        if (next - now > 0) {
            sleeper.sleep(next - now);
        } else {
            // what was slow is not made up for
            next = now;
        }
        next += interval;
    }
}
