package io.eventsource.event;

import java.time.Instant;
import java.util.UUID;

/**
 * A decoded event with everything the store knows about it. When an upcaster makes several events of a stored one, each has
 * an envelope of its own with the same position, version and event id: deduplicate on the id and the part.
 *
 * @param position the event's place in the log; 0 while the transaction that appended it has not yet inserted it
 * @param eventId the event's id, unique as long as the application gives no id twice
 * @param aggregateId the stream
 * @param aggregateType the stream's type
 * @param version the event's place in its stream, 1 for the first
 * @param eventType the name that the payload's class bears; an older event may be stored under another
 * @param revision the revision of the payload's class; an older event may be stored in another
 * @param timestamp when the event happened, by the appending application's clock
 * @param createdAt when the database inserted the event; not monotone in position, since transactions overlap; the
 *     timestamp while the event is not inserted yet
 * @param metadata who caused the event
 * @param payload the event
 * @param part which of the stored event's parts this is, 1 for the first, most often the only one
 * @param parts how many parts the stored event has
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
        E payload,
        int part,
        int parts) {

    /**
     * An event that is whole.
     *
     * @param position the event's place in the log
     * @param eventId the event's id
     * @param aggregateId the stream
     * @param aggregateType the stream's type
     * @param version the event's place in its stream
     * @param eventType the name that the payload's class bears
     * @param revision the revision of the payload's class
     * @param timestamp when the event happened
     * @param createdAt when the database inserted the event
     * @param metadata who caused the event
     * @param payload the event
     */
    public EventEnvelope(
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
            E payload) {
        this(
                position,
                eventId,
                aggregateId,
                aggregateType,
                version,
                eventType,
                revision,
                timestamp,
                createdAt,
                metadata,
                payload,
                1,
                1);
    }

    /**
     * Whether this is the stored event's last part, behind which a reader may note the position as done.
     *
     * @return whether no further part follows
     */
    public boolean lastPart() {
        return part == parts;
    }
}
