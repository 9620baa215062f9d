package io.eventsource.subscription;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How often batches of a segment have failed in a row, and how.
 *
 * @param fault since when, how often and why; null while nothing fails
 */
record FailureStreak(SubscriptionStatus.@Nullable Fault fault) {

    static final FailureStreak NONE = new FailureStreak(null);

    int failures() {
        return fault == null ? 0 : fault.failures();
    }

    FailureStreak and(Throwable failure, String reason, Instant now) {
        return new FailureStreak(
                fault == null
                        ? new SubscriptionStatus.Fault(now, reason, 1, failure, failure)
                        : new SubscriptionStatus.Fault(
                                fault.since(), reason, fault.failures() + 1, fault.first(), failure));
    }
}
