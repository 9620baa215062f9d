package io.eventsource.time;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Measures time that passes. It is monotonic: nobody sets it, and it never runs backwards, so every duration, deadline, pause and
 * interval is measured by it. It does not say what time it is; a {@link java.time.Clock} does. Thread-safe.
 */
@FunctionalInterface
public interface Ticker {

    /**
     * The nanoseconds since an arbitrary moment, which may lie ahead: only the difference of two values of one ticker has a meaning.
     *
     * @return as {@link System#nanoTime()}
     */
    long nanos();

    /**
     * How long ago a value was taken.
     *
     * @param earlier a value of {@link #nanos()} of this ticker
     * @return the time that has passed since, never negative
     */
    default Duration since(long earlier) {
        return Duration.ofNanos(Math.max(0, nanos() - earlier));
    }

    /**
     * Waits until somebody opens a latch, or a time has passed by this ticker.
     *
     * @param latch what ends the waiting early
     * @param time how long at most
     * @return whether the latch is open
     * @throws InterruptedException when the calling thread is interrupted
     */
    default boolean await(CountDownLatch latch, Duration time) throws InterruptedException {
        return latch.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * The JVM's own.
     *
     * @return {@link System#nanoTime()}
     */
    static Ticker system() {
        return System::nanoTime;
    }
}
