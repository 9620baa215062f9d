package io.eventsource.deadletter;

/**
 * How dead letters are handled again.
 *
 * @param perSecond how many at most in a second, 1 to 100,000
 * @param automaticRetry when those that failed are handled again by themselves
 */
public record ReplaySettings(int perSecond, AutomaticRetry automaticRetry) {

    private static final int MAX_PER_SECOND = 100_000;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the property that is out of bounds
     */
    public ReplaySettings {
        if (perSecond < 1 || perSecond > MAX_PER_SECOND) {
            throw new IllegalArgumentException(
                    "per-second must be 1 to %d, but it is %d".formatted(MAX_PER_SECOND, perSecond));
        }
    }

    /**
     * What an application has that sets nothing.
     *
     * @return the settings
     */
    public static ReplaySettings defaults() {
        return new ReplaySettings(100, AutomaticRetry.OFF);
    }
}
