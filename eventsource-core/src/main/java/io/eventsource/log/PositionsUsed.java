package io.eventsource.log;

import java.time.Instant;

/**
 * Appends have met positions that had an event already: the sequence of positions was set back. Those before them may have been stored at
 * positions that subscriptions had passed.
 *
 * @param times how often, one or more; appends that share a statement count once
 * @param since when for the first time, by the wall clock
 */
public record PositionsUsed(long times, Instant since) {}
