package io.eventsource.subscription;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How often batches of a segment have failed in a row, and how.
 *
 * @param failures how often, 0 while nothing fails
 * @param first the first failure, null with none
 * @param last the last failure, null with none
 * @param fault since when, and why in words without data; null with none
 */
record FailureStreak(
        int failures, @Nullable Throwable first, @Nullable Throwable last, @Nullable SubscriptionFault fault) {

    static final FailureStreak NONE = new FailureStreak(0, null, null, null);

    FailureStreak and(Throwable failure, String reason, Instant now) {
        Instant since = fault == null ? now : fault.since();
        return new FailureStreak(
                failures + 1,
                Objects.requireNonNullElse(first, failure),
                failure,
                new SubscriptionFault(since, reason));
    }
}
