package io.eventsource.error;

import java.time.Duration;

/**
 * What a subscription does after errors.
 *
 * @param maxRetries how often an event that fails is tried again before it is parked, 0 to 1,000; a permanent error is not tried again,
 *     and errors of the infrastructure do not count
 * @param retryDelay the pause after a first failure, 1 ms or more
 * @param multiplier by how much each further pause is longer, 1 to 10; each varies at random by up to a quarter of itself within the bounds
 * @param maxRetryDelay the longest pause, not below the first
 * @param continueOnError whether an event that has failed for good is parked, so that the subscription goes on; otherwise it stops there
 * @param circuitBreaker when it stops reading
 */
public record ErrorSettings(
        int maxRetries,
        Duration retryDelay,
        double multiplier,
        Duration maxRetryDelay,
        boolean continueOnError,
        CircuitBreakerSettings circuitBreaker) {

    private static final int MAX_RETRIES = 1_000;
    private static final double MAX_MULTIPLIER = 10;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the property that is out of bounds
     */
    public ErrorSettings {
        if (maxRetries < 0 || maxRetries > MAX_RETRIES) {
            throw new IllegalArgumentException(
                    "max-retries must be 0 to %d, but it is %d".formatted(MAX_RETRIES, maxRetries));
        }
        if (!(multiplier >= 1 && multiplier <= MAX_MULTIPLIER)) {
            throw new IllegalArgumentException("retry-multiplier must be 1 to 10, but it is " + multiplier);
        }
        requireBounds("retry-delay", retryDelay, "max-retry-delay", maxRetryDelay);
    }

    /**
     * What an application has that sets nothing.
     *
     * @return the settings
     */
    public static ErrorSettings defaults() {
        return new ErrorSettings(
                5, Duration.ofSeconds(1), 2, Duration.ofSeconds(30), true, CircuitBreakerSettings.defaults());
    }

    static void requireBounds(String property, Duration value, String maxProperty, Duration max) {
        if (value.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("%s must be 1 ms or more, but it is %s".formatted(property, value));
        }
        if (max.compareTo(value) < 0) {
            throw new IllegalArgumentException(
                    "%s must not be below %s, but they are %s and %s".formatted(maxProperty, property, max, value));
        }
    }
}
