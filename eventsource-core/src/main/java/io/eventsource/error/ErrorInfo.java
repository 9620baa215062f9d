package io.eventsource.error;

import io.eventsource.event.StoredEvent;
import io.eventsource.failure.FailureText;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An error while a subscription read or handled events.
 *
 * @param subscription the subscription
 * @param event the event that was being handled; null when it was several, or none
 * @param error what was thrown
 * @param classification what it is taken for
 * @param retryCount how often the event had been tried again before this error, 0 at the first
 * @param reaction what is done next
 * @param firstOccurredAt when the event failed first
 * @param occurredAt when it failed this time
 */
public record ErrorInfo(
        String subscription,
        @Nullable Event event,
        Throwable error,
        ErrorClassification classification,
        int retryCount,
        ErrorReaction reaction,
        Instant firstOccurredAt,
        Instant occurredAt) {

    /**
     * Which event it was. Its payload is left out, so that an error can be logged whole.
     *
     * @param id the event's id
     * @param type the name it is stored under
     * @param position its place in the log
     * @param aggregateId its stream
     * @param aggregateType its stream's type
     * @param version its place in its stream
     */
    public record Event(UUID id, String type, long position, UUID aggregateId, String aggregateType, long version) {

        /**
         * Which event it is, for people to read.
         *
         * @return type, place in the log and in its stream
         */
        public String describe() {
            return "'%s' at position %d (%s %s, version %d)"
                    .formatted(type, position, aggregateType, aggregateId, version);
        }

        /**
         * What identifies a stored event.
         *
         * @param event the event
         * @return the same without payload and metadata
         */
        public static Event of(StoredEvent event) {
            return new Event(
                    event.eventId(),
                    event.eventType(),
                    event.position(),
                    event.aggregateId(),
                    event.aggregateType(),
                    event.version());
        }
    }

    /**
     * The kind of error.
     *
     * @return its category
     */
    public ErrorClassification.Category category() {
        return classification.category();
    }

    /**
     * How bad it is.
     *
     * @return its severity
     */
    public ErrorClassification.Severity severity() {
        return classification.severity();
    }

    /**
     * The class of what was thrown.
     *
     * @return the class's name
     */
    public String errorType() {
        return error.getClass().getName();
    }

    /**
     * The message of what was thrown. It may quote the event's payload or rows of tables; {@link FailureText} does not.
     *
     * @return the message, if it has one
     */
    public @Nullable String errorMessage() {
        return error.getMessage();
    }

    /**
     * Whether the subscription tries again.
     *
     * @return false when the event is parked or the subscription stops at it
     */
    public boolean willRetry() {
        return reaction.willRetry();
    }

    /** What failed and how, without the message of what was thrown, which may quote what the event says. */
    @Override
    public String toString() {
        return "%s: %s %s, %s, %s"
                .formatted(
                        subscription,
                        event == null ? "reading" : event.describe(),
                        FailureText.of(error),
                        classification.category(),
                        reaction.describe());
    }

    /** What is done after an error. */
    public sealed interface ErrorReaction {

        /**
         * Whether the event is handled again by the subscription.
         *
         * @return whether it is, at once, after a pause, or when what is away is back
         */
        boolean willRetry();

        /**
         * What is done, for people to read.
         *
         * @return the end of a sentence whose subject is the subscription
         */
        String describe();

        /**
         * The same is tried again; a batch of several events, event by event.
         *
         * @param pause how long to wait before, possibly zero
         */
        record Retry(Duration pause) implements ErrorReaction {

            @Override
            public String describe() {
                return pause.isZero() ? "tries again" : "tries again in %d ms".formatted(pause.toMillis());
            }

            @Override
            public boolean willRetry() {
                return true;
            }
        }

        /**
         * Something that every event needs is away: nothing is read until a probe may be made, and the attempt does not count. The
         * event is never parked for it.
         *
         * @param pause how long to wait before the next attempt or probe
         * @param open whether the circuit breaker is open
         * @param sameCause whether it was told by events of so many different aggregates that failed in the same way, and not by the error itself
         */
        record AwaitRecovery(Duration pause, boolean open, boolean sameCause) implements ErrorReaction {

            @Override
            public String describe() {
                return "%s, tries again in %d ms%s"
                        .formatted(
                                sameCause
                                        ? "parks no more events that fail in this way for one aggregate after the other"
                                        : "parks nothing, since this does not depend on the event",
                                pause.toMillis(),
                                open ? " and reads nothing meanwhile" : "");
            }

            @Override
            public boolean willRetry() {
                return true;
            }
        }

        /** The event goes to the dead-letter queue in the transaction that moves the checkpoint past it. */
        record Park() implements ErrorReaction {

            @Override
            public String describe() {
                return "parks the event";
            }

            @Override
            public boolean willRetry() {
                return false;
            }
        }

        /** The subscription stops at the event. */
        record Stop() implements ErrorReaction {

            @Override
            public String describe() {
                return "has stopped there until it is resumed";
            }

            @Override
            public boolean willRetry() {
                return false;
            }
        }
    }
}
