package io.eventsource.subscription;

import java.time.Duration;

/**
 * How subscriptions read.
 *
 * @param batchSize how many events are handled in one transaction at most, 1 to 10,000
 * @param pollInterval how long the reader of the head goes without looking when no signal arrives, positive
 * @param retryDelay the pause after a first failure, positive; it doubles with each further one, and each varies at random
 *     by up to a quarter of itself within the bounds
 * @param maxRetryDelay the longest pause, not below the first
 */
public record SubscriptionSettings(int batchSize, Duration pollInterval, Duration retryDelay, Duration maxRetryDelay) {

    /** The largest batch: what one transaction may hold in memory and in locks. */
    public static final int MAX_BATCH_SIZE = 10_000;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the property that is out of bounds
     */
    public SubscriptionSettings {
        if (batchSize < 1 || batchSize > MAX_BATCH_SIZE) {
            throw new IllegalArgumentException("eventsource.subscriptions.batch-size must be 1 to %d, but it is %d"
                    .formatted(MAX_BATCH_SIZE, batchSize));
        }
        requirePositive("poll-interval", pollInterval);
        requirePositive("retry-delay", retryDelay);
        if (maxRetryDelay.compareTo(retryDelay) < 0) {
            throw new IllegalArgumentException(
                    "eventsource.subscriptions.max-retry-delay must not be below retry-delay, but it is %s and %s"
                            .formatted(maxRetryDelay, retryDelay));
        }
    }

    private static void requirePositive(String property, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException(
                    "eventsource.subscriptions.%s must be 1 ms or more, but it is %s".formatted(property, value));
        }
    }
}
