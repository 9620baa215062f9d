package io.eventsource.error;

import java.time.Duration;

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
public record CircuitBreakerSettings(
        boolean enabled, int failureThreshold, Duration openFor, Duration maxOpenFor, int sameCauseThreshold) {

    private static final int MAX_THRESHOLD = 1_000;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the property that is out of bounds
     */
    public CircuitBreakerSettings {
        if (failureThreshold < 1 || failureThreshold > MAX_THRESHOLD) {
            throw new IllegalArgumentException("circuit-breaker.failure-threshold must be 1 to %d, but it is %d"
                    .formatted(MAX_THRESHOLD, failureThreshold));
        }
        ErrorSettings.requireBounds("circuit-breaker.open-for", openFor, "circuit-breaker.max-open-for", maxOpenFor);
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
    public CircuitBreakerSettings(boolean enabled, int failureThreshold, Duration openFor, Duration maxOpenFor) {
        this(enabled, failureThreshold, openFor, maxOpenFor, SameCause.USUAL_THRESHOLD);
    }

    /**
     * The same with another number of aggregates for the same cause.
     *
     * @param threshold for how many different aggregates in a row events may be parked for the same cause, 0 for any number
     * @return other settings
     */
    public CircuitBreakerSettings withSameCauseThreshold(int threshold) {
        return new CircuitBreakerSettings(enabled, failureThreshold, openFor, maxOpenFor, threshold);
    }

    /**
     * What an application has that sets nothing.
     *
     * @return the settings
     */
    public static CircuitBreakerSettings defaults() {
        return new CircuitBreakerSettings(true, 5, Duration.ofSeconds(1), Duration.ofSeconds(5));
    }
}
