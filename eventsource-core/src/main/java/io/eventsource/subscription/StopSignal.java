package io.eventsource.subscription;

import io.eventsource.time.Ticker;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Raised once, to end everything that one start has begun. */
final class StopSignal {

    private final CountDownLatch latch = new CountDownLatch(1);

    void raise() {
        latch.countDown();
    }

    boolean raised() {
        return latch.getCount() == 0;
    }

    boolean awaitNanos(long nanos) throws InterruptedException {
        return latch.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Waits until so much time has passed by a ticker, or the stop is raised; says whether it is. */
    boolean await(Ticker ticker, Duration time) throws InterruptedException {
        return ticker.await(latch, time);
    }

    /** Waits that long, or until the stop is raised; says whether it is. */
    boolean await(long millis) throws InterruptedException {
        return latch.await(millis, TimeUnit.MILLISECONDS);
    }
}
