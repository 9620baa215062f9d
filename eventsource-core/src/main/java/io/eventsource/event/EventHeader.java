package io.eventsource.event;

import java.time.Instant;
import java.util.UUID;

/**
 * What the store knows about an event besides its payload.
 *
 * @param position the event's place in the log; 0 while the transaction that appended it has not yet inserted it
 * @param eventId the event's id, unique as long as the application gives no id twice
 * @param aggregateId the stream
 * @param aggregateType the stream's type
 * @param version the event's place in its stream, 1 for the first
 * @param type the event's name, and the revision of its payload
 * @param timestamp when the event happened, by the appending application's clock
 * @param createdAt when the database inserted the event; not monotone in position, since transactions overlap; the
 *     timestamp while the event is not inserted yet
 * @param metadata who caused the event
 */
public record EventHeader(
        long position,
        UUID eventId,
        UUID aggregateId,
        String aggregateType,
        long version,
        EventRevision type,
        Instant timestamp,
        Instant createdAt,
        EventMetadata metadata) {

    /** The same event under the name and in the revision that a class has. */
    EventHeader as(String eventType, int revision) {
        return type.revision() == revision && type.eventType().equals(eventType)
                ? this
                : new EventHeader(
                        position,
                        eventId,
                        aggregateId,
                        aggregateType,
                        version,
                        new EventRevision(eventType, revision),
                        timestamp,
                        createdAt,
                        metadata);
    }

    /**
     * The same event with other metadata.
     *
     * @param newMetadata the metadata
     * @return a copy
     */
    public EventHeader withMetadata(EventMetadata newMetadata) {
        return new EventHeader(
                position, eventId, aggregateId, aggregateType, version, type, timestamp, createdAt, newMetadata);
    }
}
