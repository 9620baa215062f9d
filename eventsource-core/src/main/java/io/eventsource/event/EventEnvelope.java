package io.eventsource.event;

import java.time.Instant;
import java.util.UUID;

/**
 * A decoded event with everything the store knows about it.
 *
 * @param position the event's place in the log; 0 while the transaction that appended it has not yet inserted it
 * @param eventId the event's id, the key to deduplicate on; unique as long as the application gives no id twice
 * @param aggregateId the stream
 * @param aggregateType the stream's type
 * @param version the event's place in its stream, 1 for the first
 * @param eventType the event's stored name
 * @param revision the revision of the payload's shape as stored
 * @param timestamp when the event happened, by the appending application's clock
 * @param createdAt when the database inserted the event; not monotone in position, since transactions overlap; the
 *     timestamp while the event is not inserted yet
 * @param metadata who caused the event
 * @param payload the event
 * @param <E> the event's class
 */
public record EventEnvelope<E>(
        long position,
        UUID eventId,
        UUID aggregateId,
        String aggregateType,
        long version,
        String eventType,
        int revision,
        Instant timestamp,
        Instant createdAt,
        EventMetadata metadata,
        E payload) {}
