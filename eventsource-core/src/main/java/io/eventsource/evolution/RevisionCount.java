package io.eventsource.evolution;

import io.eventsource.event.EventRevision;

/**
 * How many events of a type and revision there are.
 *
 * @param revision the stored name and revision
 * @param count how many, possibly estimated
 */
public record RevisionCount(EventRevision revision, long count) {}
