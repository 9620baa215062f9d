package io.eventsource.aggregate;

import java.time.Duration;

/**
 * How a command is retried after a version conflict. The pause doubles with each retry and varies at random by up to
 * half of itself within the bounds, so that contenders do not meet again and again.
 *
 * @param maxRetries how often at most after the first attempt, 0 to 1,000
 * @param delay the first and shortest pause, at least 1 ms
 * @param maxDelay the longest pause, not below the first
 */
public record CommandRetries(int maxRetries, Duration delay, Duration maxDelay) {

    private static final int MOST_RETRIES = 1_000;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the property that is out of bounds
     */
    public CommandRetries {
        if (maxRetries < 0 || maxRetries > MOST_RETRIES) {
            throw new IllegalArgumentException("eventsource.commands.retry.max-retries must be 0 to %d, but it is %d"
                    .formatted(MOST_RETRIES, maxRetries));
        }
        if (delay.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "eventsource.commands.retry.delay must be 1 ms or more, but it is " + delay);
        }
        if (maxDelay.compareTo(delay) < 0) {
            throw new IllegalArgumentException(
                    "eventsource.commands.retry.max-delay must not be below retry.delay, but it is %s and %s"
                            .formatted(maxDelay, delay));
        }
    }
}
