package io.eventsource.autoconfigure.deadletter;

import io.eventsource.deadletter.AutomaticRetry;
import io.eventsource.deadletter.DeadLetterReplay;
import java.time.Duration;
import java.util.function.Supplier;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What becomes of events that could not be handled.
 *
 * @param replayInterval How often an instance looks for dead letters of its subscriptions that are due to be handled again.
 * @param replayLimit How many dead letters are handled again at most each time.
 * @param perSecond How many dead letters one replay handles at most in a second.
 * @param automaticRetry When dead letters that failed are handled again by themselves.
 * @param retention For how long closed dead letters are kept. 0 for ever.
 */
@ConfigurationProperties("eventsource.dead-letters")
public record DeadLetterProperties(
        @DefaultValue("5s") Duration replayInterval,
        @DefaultValue("100") int replayLimit,
        @DefaultValue("100") int perSecond,
        @DefaultValue Automatic automaticRetry,
        @DefaultValue("30d") Duration retention) {

    private static final String PREFIX = "eventsource.dead-letters.";
    private static final Duration LONGEST_INTERVAL = Duration.ofDays(1);
    private static final Duration LONGEST_RETENTION = Duration.ofDays(36_500);

    /** Checks the bounds. */
    public DeadLetterProperties {
        require(
                replayInterval.compareTo(Duration.ofMillis(10)) >= 0 && replayInterval.compareTo(LONGEST_INTERVAL) <= 0,
                "replay-interval must be 10 ms to 1 day, but it is " + replayInterval);
        require(replayLimit >= 1 && replayLimit <= 10_000, "replay-limit must be 1 to 10000, but it is " + replayLimit);
        require(
                !retention.isNegative() && retention.compareTo(LONGEST_RETENTION) <= 0,
                "retention must be 0 to 36500 days, but it is " + retention);
        prefixed(PREFIX + "automatic-retry.", automaticRetry::settings);
        DeadLetterReplay.Settings unused =
                prefixed(PREFIX, () -> new DeadLetterReplay.Settings(perSecond, AutomaticRetry.OFF));
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
        return new DeadLetterReplay.Settings(perSecond, automaticRetry.settings());
    }

    /**
     * When dead letters that failed are handled again by themselves.
     *
     * @param maxReplays How often at most, once the event is parked. 0 for never.
     * @param firstDelay Pause after the event was parked.
     * @param multiplier By how much each further pause is longer.
     * @param maxDelay Longest pause.
     */
    public record Automatic(
            @DefaultValue("0") int maxReplays,
            @DefaultValue("1m") Duration firstDelay,
            @DefaultValue("2") double multiplier,
            @DefaultValue("1h") Duration maxDelay) {

        AutomaticRetry settings() {
            return new AutomaticRetry(maxReplays, firstDelay, multiplier, maxDelay);
        }
    }
}
