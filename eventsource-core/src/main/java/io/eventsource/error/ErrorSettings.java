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
        CircuitBreaker circuitBreaker) {

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
                    "retry.max-retries must be 0 to %d, but it is %d".formatted(MAX_RETRIES, maxRetries));
        }
        if (!(multiplier >= 1 && multiplier <= MAX_MULTIPLIER)) {
            throw new IllegalArgumentException("retry.multiplier must be 1 to 10, but it is " + multiplier);
        }
        requireBounds("retry.delay", retryDelay, "retry.max-delay", maxRetryDelay);
    }

    /**
     * What an application has that sets nothing.
     *
     * @return the settings
     */
    public static ErrorSettings defaults() {
        return new ErrorSettings(5, Duration.ofSeconds(1), 2, Duration.ofSeconds(30), true, CircuitBreaker.defaults());
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

    /**
     * When a subscription stops reading because what every event needs is away.
     *
     * @param enabled whether it does; otherwise it tries again with growing pauses
     * @param failureThreshold how many attempts must fail in a row until it opens, 1 to 1,000
     * @param openFor how long it is open before a probe, 1 ms or more; it doubles with each probe that fails
     * @param maxOpenFor the longest, not below the first
     * @param sameCauseThreshold for how many different aggregates in a row events may be parked for the same cause, 0 to 1,000; the next one stops
     *     reading instead, as if something that every event needs were away. 0 parks them all
     */
    public record CircuitBreaker(
            boolean enabled, int failureThreshold, Duration openFor, Duration maxOpenFor, int sameCauseThreshold) {

        private static final int MAX_THRESHOLD = 1_000;

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException naming the property that is out of bounds
         */
        public CircuitBreaker {
            if (failureThreshold < 1 || failureThreshold > MAX_THRESHOLD) {
                throw new IllegalArgumentException("circuit-breaker.failure-threshold must be 1 to %d, but it is %d"
                        .formatted(MAX_THRESHOLD, failureThreshold));
            }
            ErrorSettings.requireBounds(
                    "circuit-breaker.open-for", openFor, "circuit-breaker.max-open-for", maxOpenFor);
            if (sameCauseThreshold < 0 || sameCauseThreshold > MAX_THRESHOLD) {
                throw new IllegalArgumentException("circuit-breaker.same-cause-threshold must be 0 to %d, but it is %d"
                        .formatted(MAX_THRESHOLD, sameCauseThreshold));
            }
        }

        /**
         * With the usual number of aggregates for the same cause.
         *
         * @param enabled whether it stops reading
         * @param failureThreshold how many attempts must fail in a row until it opens
         * @param openFor how long it is open before a probe
         * @param maxOpenFor the longest
         * @throws IllegalArgumentException naming the property that is out of bounds
         */
        public CircuitBreaker(boolean enabled, int failureThreshold, Duration openFor, Duration maxOpenFor) {
            this(enabled, failureThreshold, openFor, maxOpenFor, SameCause.USUAL_THRESHOLD);
        }

        /**
         * The same with another number of aggregates for the same cause.
         *
         * @param threshold for how many different aggregates in a row events may be parked for the same cause, 0 for any number
         * @return other settings
         */
        public CircuitBreaker withSameCauseThreshold(int threshold) {
            return new CircuitBreaker(enabled, failureThreshold, openFor, maxOpenFor, threshold);
        }

        /**
         * What an application has that sets nothing.
         *
         * @return the settings
         */
        public static CircuitBreaker defaults() {
            return new CircuitBreaker(true, 5, Duration.ofSeconds(1), Duration.ofSeconds(5));
        }
    }
}
