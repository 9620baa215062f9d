package io.eventsource.testing;

import io.eventsource.time.Clocks;
import io.eventsource.time.Clocks.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Two clocks that stand still until they are moved: the wall clock, and the ticker, which nobody can set. */
public final class SettableClock extends Clock implements Ticker {

    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    // tickers begin anywhere; near the end of the range a comparison instead of a difference would show
    private volatile long nanos = Long.MAX_VALUE - Duration.ofSeconds(30).toNanos();

    /** Time passes: both go on. */
    public synchronized void advance(Duration by) {
        set(by);
        pass(by);
    }

    /** Somebody sets the wall clock, forwards or back. No time passes. */
    public synchronized void set(Duration by) {
        now = now.plus(by);
    }

    /** Time passes while the wall clock stands, or is set back by as much. */
    public synchronized void pass(Duration by) {
        nanos += by.toNanos();
    }

    /** Both clocks. */
    public Clocks clocks() {
        return new Clocks(this, this);
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
    }
}
