package io.eventsource.event;

import java.time.Instant;
import java.util.UUID;

/** An event of the log, decoded or not. */
sealed interface RecordedEvent permits StoredEvent, EventEnvelope {

    /**
     * What the store knows about the event besides its payload.
     *
     * @return the header
     */
    EventHeader header();

    /**
     * The event's place in the log.
     *
     * @return the position; 0 while the transaction that appended it has not yet inserted it
     */
    default long position() {
        return header().position();
    }

    /**
     * The event's id.
     *
     * @return the id, unique as long as the application gives no id twice
     */
    default UUID eventId() {
        return header().eventId();
    }

    /**
     * The stream.
     *
     * @return its id
     */
    default UUID aggregateId() {
        return header().aggregateId();
    }

    /**
     * The stream's type.
     *
     * @return the type
     */
    default String aggregateType() {
        return header().aggregateType();
    }

    /**
     * The event's place in its stream.
     *
     * @return the version, 1 for the first
     */
    default long version() {
        return header().version();
    }

    /**
     * The event's name: of a stored event the stored one, of a decoded event the one that the payload's class bears.
     *
     * @return the name
     */
    default String eventType() {
        return header().type().eventType();
    }

    /**
     * The revision of the payload: of a stored event the stored one, of a decoded event that of the payload's class.
     *
     * @return the revision
     */
    default int revision() {
        return header().type().revision();
    }

    /**
     * When the event happened, by the appending application's clock.
     *
     * @return the time
     */
    default Instant timestamp() {
        return header().timestamp();
    }

    /**
     * When the database inserted the event. Not monotone in position, since transactions overlap.
     *
     * @return the time; the timestamp while the event is not inserted yet
     */
    default Instant createdAt() {
        return header().createdAt();
    }

    /**
     * Who caused the event.
     *
     * @return the metadata
     */
    default EventMetadata metadata() {
        return header().metadata();
    }
}
