package io.eventsource.inbox;

import java.time.Duration;

/**
 * How a consumer handles messages.
 *
 * @param batchSize how many messages share a transaction at most, 1 to 10,000
 * @param retryDelay the pause after the first failure of a message; it doubles with each further one
 * @param maxRetryDelay the longest pause
 * @param retention how long it is remembered which messages were handled, at least an hour
 */
public record InboxSettings(int batchSize, Duration retryDelay, Duration maxRetryDelay, Duration retention) {

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
