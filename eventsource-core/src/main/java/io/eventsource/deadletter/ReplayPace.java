package io.eventsource.deadletter;

import io.eventsource.time.Clocks.Ticker;
import java.util.concurrent.TimeUnit;

/** Spaces attempts evenly. Used by one thread. */
final class ReplayPace {

    private final long interval;
    private final Ticker ticker;
    private final Sleeper sleeper;
    private long next;

    /** Waits; replaced in tests. */
    interface Sleeper {
        void sleep(long nanos) throws InterruptedException;
    }

    ReplayPace(int perSecond, Ticker ticker, Sleeper sleeper) {
        this.interval = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.ticker = ticker;
        this.sleeper = sleeper;
        this.next = ticker.nanos();
    }

    void await() throws InterruptedException {
        long now = ticker.nanos();
        if (next - now > 0) {
            sleeper.sleep(next - now);
        } else {
            // what was slow is not made up for
            next = now;
        }
        next += interval;
    }
}
