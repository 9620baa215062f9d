package io.eventsource.time;

import java.time.Instant;

/**
 * When something happened: for people by the wall clock, and to measure how long ago that is. The two drift apart when somebody
 * sets the clock; {@link Clocks#since(Moment)} goes by the ticker.
 *
 * @param at by the wall clock
 * @param nanos by the ticker
 */
public record Moment(Instant at, long nanos) {}
