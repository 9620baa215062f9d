package io.eventsource.subscription;

import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorReaction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often batches of a segment have failed in a row, and how. The log tells of the first failure, of a stop and of the end; of what lies between
 * only in detail.
 *
 * @param failures how often, 0 while nothing fails
 * @param first the first failure, null with none
 * @param last the last failure, null with none
 */
record FailureStreak(int failures, @Nullable Throwable first, @Nullable Throwable last) {

    static final FailureStreak NONE = new FailureStreak(0, null, null);

    private static final Logger log = LoggerFactory.getLogger(SegmentRunner.class);

    FailureStreak and(Throwable failure) {
        return new FailureStreak(failures + 1, first == null ? failure : first, failure);
    }

    /** Nothing fails any more; says what holds from now on. */
    FailureStreak ended(SegmentKey key, long position) {
        if (failures > 0) {
            log.info("'{}' goes on from position {} after {} failures", key, position, failures);
        }
        return NONE;
    }

    /** Tells of the last failure. */
    void report(SegmentKey key, long position, ErrorInfo error) {
        ErrorReaction reaction = error.reaction();
        if (!reaction.willRetry()) {
            log.error(
                    "'{}' has stopped at the event behind position {} after {} retries. Mend what failed and resume it.",
                    key,
                    position,
                    error.retryCount(),
                    error.error());
        } else if (failures == 1) {
            log.warn(
                    "'{}' failed behind position {} ({}): {}",
                    key,
                    position,
                    error.category(),
                    reaction,
                    error.error());
        } else {
            log.debug(
                    "'{}' failed again behind position {} ({}): {}",
                    key,
                    position,
                    error.category(),
                    reaction,
                    error.error());
        }
    }
}
