package io.eventsource.autoconfigure.deadletter;

import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import java.time.Duration;
import java.util.function.Supplier;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What becomes of events that could not be handled.
 *
 * @param replay How dead letters that are due are handled again.
 * @param automaticRetry When dead letters that failed are due by themselves.
 * @param retention For how long closed dead letters are kept. 0 for ever.
 */
@ConfigurationProperties("eventsource.dead-letters")
public record DeadLetterProperties(
        @DefaultValue Replay replay, @DefaultValue Automatic automaticRetry, @DefaultValue("30d") Duration retention) {

    private static final String PREFIX = "eventsource.dead-letters.";
    private static final Duration LONGEST_RETENTION = Duration.ofDays(36_500);

    /** Checks the bounds. */
    public DeadLetterProperties {
        require(
                !retention.isNegative() && retention.compareTo(LONGEST_RETENTION) <= 0,
                "retention must be 0 to 36500 days, but it is " + retention);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(PREFIX + message);
        }
    }

    private static <T> T prefixed(String prefix, Supplier<T> settings) {
        try {
            return settings.get();
        } catch (IllegalArgumentException invalid) {
            throw new IllegalArgumentException(prefix + invalid.getMessage(), invalid);
        }
    }

    DeadLetterReplay.Settings replaySettings() {
        return new DeadLetterReplay.Settings(replay.perSecond(), automaticRetry.settings());
    }

    /**
     * How dead letters that are due are handled again.
     *
     * @param interval How often an instance looks for dead letters of its subscriptions that are due.
     * @param limit How many dead letters are handled again at most each time.
     * @param perSecond How many dead letters one replay handles at most in a second.
     */
    public record Replay(
            @DefaultValue("5s") Duration interval, @DefaultValue("100") int limit, @DefaultValue("100") int perSecond) {

        private static final Duration LONGEST_INTERVAL = Duration.ofDays(1);

        /** Checks the bounds. */
        public Replay {
            require(
                    interval.compareTo(Duration.ofMillis(10)) >= 0 && interval.compareTo(LONGEST_INTERVAL) <= 0,
                    "replay.interval must be 10 ms to 1 day, but it is " + interval);
            require(limit >= 1 && limit <= 10_000, "replay.limit must be 1 to 10000, but it is " + limit);
            int each = perSecond;
            DeadLetterReplay.Settings unused =
                    prefixed(PREFIX + "replay.", () -> new DeadLetterReplay.Settings(each, AutomaticRetry.OFF));
        }
    }

    /**
     * When dead letters that failed are due by themselves.
     *
     * @param maxRetries How often at most, once the event is parked. 0 for never.
     * @param delay Pause after the event was parked.
     * @param multiplier By how much each further pause is longer.
     * @param maxDelay Longest pause.
     */
    public record Automatic(
            @DefaultValue("0") int maxRetries,
            @DefaultValue("1m") Duration delay,
            @DefaultValue("2") double multiplier,
            @DefaultValue("1h") Duration maxDelay) {

        /** Checks the bounds. */
        public Automatic {
            AutomaticRetry unused = settings(maxRetries, delay, multiplier, maxDelay);
        }

        private static AutomaticRetry settings(int maxRetries, Duration delay, double multiplier, Duration maxDelay) {
            return prefixed(
                    PREFIX + "automatic-retry.", () -> new AutomaticRetry(maxRetries, delay, multiplier, maxDelay));
        }

        AutomaticRetry settings() {
            return settings(maxRetries, delay, multiplier, maxDelay);
        }
    }
}
