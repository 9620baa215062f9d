package io.eventsource.deadletter;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When dead letters that failed are handled again by themselves.
 *
 * @param maxReplays how often at most, once the event is parked; 0 means never
 * @param firstDelay the pause after the event was parked, 1 ms or more
 * @param multiplier by how much each further pause is longer, 1 to 10
 * @param maxDelay the longest pause, not below the first
 */
public record AutomaticRetry(int maxReplays, Duration firstDelay, double multiplier, Duration maxDelay) {

    /** Nothing is handled again by itself but what waits behind closed entries, or somebody has marked. */
    public static final AutomaticRetry OFF = new AutomaticRetry(0, Duration.ofMinutes(1), 2, Duration.ofHours(1));

    private static final double MAX_MULTIPLIER = 10;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the property that is out of bounds
     */
    public AutomaticRetry {
        if (maxReplays < 0) {
            throw new IllegalArgumentException("max-retries must not be negative, but it is " + maxReplays);
        }
        if (firstDelay.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("delay must be 1 ms or more, but it is " + firstDelay);
        }
        if (maxDelay.compareTo(firstDelay) < 0) {
            throw new IllegalArgumentException(
                    "max-delay must not be below delay, but they are %s and %s".formatted(maxDelay, firstDelay));
        }
        if (!(multiplier >= 1 && multiplier <= MAX_MULTIPLIER)) {
            throw new IllegalArgumentException("multiplier must be 1 to 10, but it is " + multiplier);
        }
    }

    /**
     * When an entry is handled again that has just failed.
     *
     * @param replays how often it was handled again since it was parked
     * @return after which time; null when somebody has to say so
     */
    public @Nullable Duration next(int replays) {
        if (replays >= maxReplays) {
            return null;
        }
        double millis = firstDelay.toMillis() * Math.pow(multiplier, replays);
        return millis >= maxDelay.toMillis() ? maxDelay : Duration.ofMillis(Math.round(millis));
    }
}
