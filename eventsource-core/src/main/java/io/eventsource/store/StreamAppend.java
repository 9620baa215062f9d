package io.eventsource.store;

import io.eventsource.event.EventMetadata;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What to append to one stream. Immutable; the methods that set something return a copy.
 *
 * @param aggregateType the type of the stream, 1 to 200 characters
 * @param aggregateId the stream; ids are unique over all types
 * @param expectedVersion what the stream must be like
 * @param appendId names this append, so that repeating it after a lost answer appends nothing a second time: without
 *     limit for an exact version, among a stream's last 16 such appends otherwise. Contents are not compared. Null for the
 *     store to assign one, which no retry can know
 * @param metadata who caused the events
 * @param events the events, in order
 */
public record StreamAppend(
        String aggregateType,
        UUID aggregateId,
        ExpectedVersion expectedVersion,
        @Nullable UUID appendId,
        EventMetadata metadata,
        List<NewEvent> events) {

    private static final int MAX_TYPE_LENGTH = 200;

    /**
     * Checks the type and copies the events.
     *
     * @throws IllegalArgumentException when the type is blank or too long
     */
    public StreamAppend {
        if (aggregateType.isBlank() || aggregateType.length() > MAX_TYPE_LENGTH) {
            throw new IllegalArgumentException("An aggregate type must have 1 to %d characters, but it is '%s'"
                    .formatted(MAX_TYPE_LENGTH, aggregateType));
        }
        if (aggregateType.chars().anyMatch(c -> c == 0 || Character.isSurrogate((char) c))) {
            throw new IllegalArgumentException(
                    "An aggregate type must hold neither U+0000 nor characters beyond the basic plane");
        }
        Objects.requireNonNull(aggregateId, "aggregateId");
        Objects.requireNonNull(expectedVersion, "expectedVersion");
        Objects.requireNonNull(metadata, "metadata");
        events = List.copyOf(events);
    }

    /**
     * An append of the given payloads without demands on the stream.
     *
     * @param aggregateType the type of the stream
     * @param aggregateId the stream
     * @param payloads instances of registered event classes, in order
     * @return the append
     */
    public static StreamAppend to(String aggregateType, UUID aggregateId, List<?> payloads) {
        return new StreamAppend(
                aggregateType,
                aggregateId,
                ExpectedVersion.any(),
                null,
                EventMetadata.none(),
                payloads.stream().map(NewEvent::of).toList());
    }

    /**
     * An append of the given payloads without demands on the stream.
     *
     * @param aggregateType the type of the stream
     * @param aggregateId the stream
     * @param payloads instances of registered event classes, in order
     * @return the append
     */
    public static StreamAppend to(String aggregateType, UUID aggregateId, Object... payloads) {
        return to(aggregateType, aggregateId, List.of(payloads));
    }

    /**
     * This append with a demand on its stream.
     *
     * @param expectedVersion what the stream must be like
     * @return a copy
     */
    public StreamAppend expecting(ExpectedVersion expectedVersion) {
        return new StreamAppend(aggregateType, aggregateId, expectedVersion, appendId, metadata, events);
    }

    /**
     * This append with a name, for repeating it safely.
     *
     * @param appendId the id
     * @return a copy
     */
    public StreamAppend withAppendId(UUID appendId) {
        return new StreamAppend(aggregateType, aggregateId, expectedVersion, appendId, metadata, events);
    }

    /**
     * This append with metadata.
     *
     * @param metadata who caused the events
     * @return a copy
     */
    public StreamAppend withMetadata(EventMetadata metadata) {
        return new StreamAppend(aggregateType, aggregateId, expectedVersion, appendId, metadata, events);
    }

    /**
     * An event to append.
     *
     * @param payload an instance of a registered event class
     * @param eventId the event's id, or null for the store to assign a time-ordered one; uniqueness is the caller's
     * @param timestamp when it happened, in the years 1 to 9999 and kept to the microsecond, or null for the store's clock
     * @param metadata who caused it, or null for the metadata of the append; what they leave empty comes from the calling
     *     thread's {@link io.eventsource.context.MetadataContext}; their tenant is not looked at: a stream's tenant comes from the
     *     append
     */
    public record NewEvent(
            Object payload, @Nullable UUID eventId, @Nullable Instant timestamp, @Nullable EventMetadata metadata) {

        private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
        private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");

        /** Refuses a missing payload, and a time that PostgreSQL might not read. */
        public NewEvent {
            Objects.requireNonNull(payload, "An event's payload must not be null");
            if (timestamp != null && (timestamp.isBefore(FIRST) || timestamp.isAfter(LAST))) {
                throw new IllegalArgumentException(
                        "The timestamp of an event of %s must be in the years 1 to 9999, but it is %s"
                                .formatted(payload.getClass().getName(), timestamp));
            }
        }

        /**
         * An event with nothing said but its payload.
         *
         * @param payload an instance of a registered event class
         * @return the event
         */
        public static NewEvent of(Object payload) {
            return new NewEvent(payload, null, null, null);
        }
    }
}
