package io.eventsource.deadletter;

import io.eventsource.error.ErrorClassification;
import io.eventsource.event.StoredEvent;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An event that a projection could not handle, or that waits behind one: of this log, or of another service that has sent it as a
 * message.
 *
 * @param id the entry's key; rises in the order of parking
 * @param projection whose it is
 * @param event a copy of the event, with its payload as it was last edited
 * @param status what has become of it
 * @param failure how it failed last; null for one that has not been tried
 * @param attempts how often and when it was tried
 * @param resolution who closed it; null while it is open
 * @param edit who has edited its payload; null when nobody has
 * @param message the message that has brought the event; null for an event of this log
 */
public record DeadLetter(
        long id,
        String projection,
        StoredEvent event,
        Status status,
        @Nullable Failure failure,
        Attempts attempts,
        @Nullable Resolution resolution,
        @Nullable Edit edit,
        @Nullable Message message) {

    /**
     * How often and when an event was tried.
     *
     * @param retries how often it was tried again after the first failure
     * @param replays how often of these it was tried after it had been parked
     * @param firstFailedAt when it failed first, or was put behind another
     * @param lastFailedAt when it failed last, or was put behind another
     * @param nextAt when it is handled again by itself; null when it is not
     */
    public record Attempts(
            int retries, int replays, Instant firstFailedAt, Instant lastFailedAt, @Nullable Instant nextAt) {}

    /**
     * How it failed last.
     *
     * @param errorType the class of what was thrown
     * @param errorMessage its message
     * @param stackTrace its stack trace with its causes, at most 100,000 characters
     * @param category what kind of error it was
     * @param severity how bad it was
     */
    public record Failure(
            String errorType,
            @Nullable String errorMessage,
            @Nullable String stackTrace,
            ErrorClassification.@Nullable Category category,
            ErrorClassification.@Nullable Severity severity) {}

    /**
     * How it was closed.
     *
     * @param at when
     * @param by who; {@code replay} when handling it has succeeded
     * @param note why
     */
    public record Resolution(Instant at, @Nullable String by, @Nullable String note) {}

    /**
     * How its payload was edited, the last time.
     *
     * @param originalPayload the payload as it was appended
     * @param at when
     * @param by who
     * @param reason why
     */
    public record Edit(String originalPayload, Instant at, String by, String reason) {}

    /**
     * Where a message comes from. The entry's event says what the message says of itself, the sender's position included; a payload
     * that is no JSON is an object with the one field {@code base64}.
     *
     * @param source who sent it
     * @param id identifies it together with its source
     * @param key what order is kept within: later messages of the same key wait behind this one
     * @param partition the partition or stream that it was read in
     * @param place where it stands there, such as its offset
     */
    public record Message(String source, String id, String key, String partition, String place) {}

    /** What has become of a dead letter. */
    public enum Status {

        /** It failed, and waits for somebody, or for its next attempt where that is set. */
        FAILED,

        /** It has not been tried: it waits behind an earlier entry of its aggregate. */
        WAITING,

        /** It is to be handled again: somebody has asked for it, or the entry before it is closed. */
        RETRYING,

        /** It was handled, or somebody has mended its effect by hand. */
        RESOLVED,

        /** Somebody has decided that it is not to be handled. */
        DISCARDED;

        /**
         * Whether it is still to be handled.
         *
         * @return whether it is neither resolved nor discarded
         */
        public boolean open() {
            return this != RESOLVED && this != DISCARDED;
        }

        String stored() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Status of(String stored) {
            return valueOf(stored.toUpperCase(Locale.ROOT));
        }
    }

    /** What happens to later events of an aggregate while one of it is parked. */
    public enum ParkingOrder {

        /** They are parked behind it, and handled in their order when it is. */
        BY_AGGREGATE,

        /** They are handled as if nothing had happened. Only for handlers for which order does not matter. */
        NONE
    }
}
