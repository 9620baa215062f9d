package io.eventsource.evolution;

import io.eventsource.event.EventRevision;

/**
 * Events of one stored type and revision that cannot be decoded for one cause.
 *
 * @param revision the stored name and revision
 * @param cause the simple name of the exception at the root
 * @param count how many events
 * @param firstPosition the first such event's position
 * @param firstMessage what was said of it
 */
public record DecodingFailure(
        EventRevision revision, String cause, long count, long firstPosition, String firstMessage) {}
