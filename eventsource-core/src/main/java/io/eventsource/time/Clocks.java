package io.eventsource.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The two clocks of a process. The wall clock says when something happened, for what is stored or shown. Nothing that waits, expires or
 * measures goes by it, since an operator, a time server or a paused machine may set it forwards or back. Thread-safe if both parts
 * are.
 *
 * @param wall says what time it is
 * @param ticker measures how long something takes
 */
public record Clocks(Clock wall, Ticker ticker) {

    /**
     * Those of the system.
     *
     * @return the wall clock in UTC, and the JVM's ticker
     */
    public static Clocks system() {
        return of(Clock.systemUTC());
    }

    /**
     * A wall clock of the application's own, beside the JVM's ticker.
     *
     * @param wall says what time it is
     * @return both
     */
    public static Clocks of(Clock wall) {
        return new Clocks(wall, Ticker.system());
    }

    /**
     * What time it is.
     *
     * @return the time by the wall clock
     */
    public Instant now() {
        return wall.instant();
    }

    /**
     * Now, by both clocks.
     *
     * @return the moment
     */
    public Moment mark() {
        return new Moment(now(), ticker.nanos());
    }

    /**
     * How long ago a moment was, whatever has been done to the wall clock since.
     *
     * @param earlier a moment of these clocks
     * @return the time that has passed, never negative
     */
    public Duration since(Moment earlier) {
        return ticker.since(earlier.nanos());
    }

    /**
     * When something happened: for people by the wall clock, and to measure how long ago that is. The two drift apart when somebody
     * sets the clock; {@link Clocks#since(Moment)} goes by the ticker.
     *
     * @param at by the wall clock
     * @param nanos by the ticker
     */
    public record Moment(Instant at, long nanos) {}

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
}
