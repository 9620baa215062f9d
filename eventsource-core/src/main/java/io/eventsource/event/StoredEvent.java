package io.eventsource.event;

import java.time.Instant;
import java.util.UUID;

/**
 * An event as the store holds it, its payload still JSON.
 *
 * @param position the event's place in the log; 0 while the transaction that appended it has not yet inserted it
 * @param eventId the event's id
 * @param aggregateId the stream
 * @param aggregateType the stream's type
 * @param version the event's place in its stream, 1 for the first
 * @param eventType the event's stored name
 * @param revision the revision of the payload's shape
 * @param timestamp when the event happened, by the appending application's clock
 * @param createdAt when the database inserted the event; not monotone in position, since transactions overlap; the
 *     timestamp while the event is not inserted yet
 * @param metadata who caused the event
 * @param payload the payload as JSON text; white space and the order of fields are PostgreSQL's
 */
public record StoredEvent(
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
        String payload) {

    /**
     * Where this event stands, for messages.
     *
     * @return stream, version and position in words
     */
    public String location() {
        return "%s %s version %d (position %d)".formatted(aggregateType, aggregateId, version, position);
    }
}
