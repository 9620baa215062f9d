package io.eventsource.store;

import io.eventsource.event.EventMetadata;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event to append.
 *
 * @param payload an instance of a registered event class
 * @param eventId the event's id, or null for the store to assign a time-ordered one; uniqueness is the caller's
 * @param timestamp when it happened, kept to the microsecond, or null for the store's clock
 * @param metadata who caused it, or null for the metadata of the append; what they leave empty comes from the calling
 *     thread's {@link io.eventsource.context.MetadataContext}; their tenant is not looked at: a stream's tenant comes from the
 *     append
 */
public record NewEvent(
        Object payload, @Nullable UUID eventId, @Nullable Instant timestamp, @Nullable EventMetadata metadata) {

    /** Refuses a missing payload. */
    public NewEvent {
        Objects.requireNonNull(payload, "An event's payload must not be null");
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
