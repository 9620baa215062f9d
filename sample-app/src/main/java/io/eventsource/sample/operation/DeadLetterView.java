package io.eventsource.sample.operation;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.eventsource.deadletter.DeadLetter;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter without its payload and stack trace.
 *
 * @param id its key
 * @param projection whose it is
 * @param event which event it is
 * @param status what has become of the entry
 * @param error how it failed last; null for one that only waits
 * @param category what kind of error that was
 * @param retryCount how often it was tried again
 * @param firstFailedAt when it failed first, or was put behind another
 */
record DeadLetterView(
        long id,
        String projection,
        @JsonUnwrapped Event event,
        DeadLetter.Status status,
        @Nullable String error,
        @Nullable String category,
        int retryCount,
        Instant firstFailedAt) {

    /**
     * The event of a dead letter.
     *
     * @param aggregateId the order
     * @param version the event's place in it
     * @param eventType what happened
     */
    record Event(UUID aggregateId, long version, String eventType) {}

    static DeadLetterView of(DeadLetter letter) {
        DeadLetter.Failure failure = letter.failure();
        return new DeadLetterView(
                letter.id(),
                letter.projection(),
                new Event(
                        letter.event().aggregateId(),
                        letter.event().version(),
                        letter.event().eventType()),
                letter.status(),
                failure == null ? null : failure.errorMessage(),
                failure == null ? null : String.valueOf(failure.category()),
                letter.attempts().retries(),
                letter.attempts().firstFailedAt());
    }
}
