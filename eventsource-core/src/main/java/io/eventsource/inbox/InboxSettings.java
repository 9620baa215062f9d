package io.eventsource.inbox;

import io.eventsource.error.SameCause;
import java.time.Duration;

/**
 * How a consumer handles messages.
 *
 * @param batchSize how many messages share a transaction at most, 1 to 10,000
 * @param retryDelay the pause after the first failure of a message; it doubles with each further one
 * @param maxRetryDelay the longest pause
 * @param retention how long it is remembered which messages were handled, at least an hour
 * @param sameCauseThreshold for how many different keys in a row messages may be parked for the same cause, 0 to 1,000; the next one waits
 *     instead. 0 parks them all
 */
public record InboxSettings(
        int batchSize, Duration retryDelay, Duration maxRetryDelay, Duration retention, int sameCauseThreshold) {

    private static final int MAX_THRESHOLD = 1_000;

    private static final int MAX_BATCH_SIZE = 10_000;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming what is out of bounds
     */
    public InboxSettings {
        if (batchSize < 1 || batchSize > MAX_BATCH_SIZE) {
            throw new IllegalArgumentException(
                    "batch-size must be 1 to %d, but it is %d".formatted(MAX_BATCH_SIZE, batchSize));
        }
        if (retryDelay.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("retry-delay must be 1 ms or more, but it is " + retryDelay);
        }
        if (maxRetryDelay.compareTo(retryDelay) < 0) {
            throw new IllegalArgumentException("max-retry-delay must not be below retry-delay, but it is %s and %s"
                    .formatted(maxRetryDelay, retryDelay));
        }
        if (retention.compareTo(Duration.ofHours(1)) < 0) {
            throw new IllegalArgumentException("retention must be an hour or more, but it is " + retention);
        }
        if (sameCauseThreshold < 0 || sameCauseThreshold > MAX_THRESHOLD) {
            throw new IllegalArgumentException(
                    "same-cause-threshold must be 0 to %d, but it is %d".formatted(MAX_THRESHOLD, sameCauseThreshold));
        }
    }

    /**
     * With the usual number of keys for the same cause.
     *
     * @param batchSize how many messages share a transaction at most
     * @param retryDelay the pause after the first failure of a message
     * @param maxRetryDelay the longest pause
     * @param retention how long it is remembered which messages were handled
     * @throws IllegalArgumentException naming what is out of bounds
     */
    public InboxSettings(int batchSize, Duration retryDelay, Duration maxRetryDelay, Duration retention) {
        this(batchSize, retryDelay, maxRetryDelay, retention, SameCause.USUAL_THRESHOLD);
    }

    /**
     * What an application has that sets nothing.
     *
     * @return the settings
     */
    public static InboxSettings defaults() {
        return new InboxSettings(100, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofDays(14));
    }
}
