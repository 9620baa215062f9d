package io.eventsource.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

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
}
