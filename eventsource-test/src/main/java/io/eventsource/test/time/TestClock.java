package io.eventsource.test.time;

import io.eventsource.time.Clocks;
import io.eventsource.time.Clocks.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.CountDownLatch;

/**
 * A clock that stands still until a test moves it. Events get its time, and the pauses of retries and of an open circuit last until it has
 * been moved so far: a test of the fifth retry need not wait for it. What belongs to the database, such as leases and the times of automatic
 * replays, goes by the database's clock as ever. Thread-safe.
 *
 * <p>{@link WithTestClock} makes it the clock of an application's tests.
 */
public final class TestClock implements Ticker {

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final long LOOK_MILLIS = 10;

    private Instant now = BEGIN;
    private long passed;

    /** A clock at the beginning of the year 2026. */
    public TestClock() {}

    /**
     * Lets time pass.
     *
     * @param time how much, not negative
     */
    public synchronized void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("Time does not run backwards, but was to advance by " + time);
        }
        now = now.plus(time);
        passed += time.toNanos();
        notifyAll();
    }

    /**
     * Sets the wall clock, forwards or back, as an operator does. Nothing that waits goes by it.
     *
     * @param instant what time it is
     */
    public synchronized void set(Instant instant) {
        now = instant;
    }

    /**
     * What time it is.
     *
     * @return the time by the wall clock
     */
    public synchronized Instant now() {
        return now;
    }

    @Override
    public synchronized long nanos() {
        return passed;
    }

    @Override
    public synchronized boolean await(CountDownLatch latch, Duration time) throws InterruptedException {
        long end = passed + time.toNanos();
        while (passed < end && latch.getCount() > 0) {
            wait(LOOK_MILLIS);
        }
        return latch.getCount() == 0;
    }

    /**
     * The clocks of an application that goes by this one.
     *
     * @return wall clock and ticker
     */
    public Clocks clocks() {
        return new Clocks(new Wall(this, ZoneOffset.UTC), this);
    }

    private static final class Wall extends Clock {

        private final TestClock clock;
        private final ZoneId zone;

        private Wall(TestClock clock, ZoneId zone) {
            this.clock = clock;
            this.zone = zone;
        }

        @Override
        public ZoneId getZone() {
            return zone;
        }

        @Override
        public Clock withZone(ZoneId other) {
            return new Wall(clock, other);
        }

        @Override
        public Instant instant() {
            return clock.now();
        }
    }
}
