package io.eventsource.autoconfigure.health;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * From when on something is not healthy any more.
 *
 * @param answerTimeout How long the database may take to answer a question of a health indicator.
 * @param lagEvents How many positions a subscription may be behind the log.
 * @param lag How long a subscription may be behind the log.
 * @param errors How many errors a subscription may have.
 * @param log How the high-water mark is followed.
 * @param deadLetters How many dead letters may be open.
 * @param outbox What may wait to be sent.
 * @param pool How busy the connection pool may be.
 */
@ConfigurationProperties("eventsource.health")
public record HealthProperties(
        @DefaultValue("3s") Duration answerTimeout,
        @DefaultValue LagEvents lagEvents,
        @DefaultValue Lag lag,
        @DefaultValue Errors errors,
        @DefaultValue Log log,
        @DefaultValue DeadLetters deadLetters,
        @DefaultValue Outbox outbox,
        @DefaultValue Pool pool) {

    private static final String PREFIX = "eventsource.health.";

    /** Checks the bounds. */
    public HealthProperties {
        require(
                answerTimeout.compareTo(Duration.ofMillis(10)) >= 0,
                "answer-timeout must be 10 ms or more, but it is " + answerTimeout);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(PREFIX + message);
        }
    }

    private static void requireOrder(String group, Threshold threshold) {
        require(
                threshold.degraded() >= 0,
                "%s.degraded must not be negative, but it is %d".formatted(group, threshold.degraded()));
        require(
                threshold.down() == 0 || threshold.down() >= threshold.degraded(),
                "%s.down must be 0 or not below %s.degraded".formatted(group, group));
    }

    /**
     * How many positions a subscription may be behind the log.
     *
     * @param degraded From how many positions on it is DEGRADED. 0 for never.
     * @param down From how many positions on it is DOWN. 0 for never.
     */
    public record LagEvents(@DefaultValue("1000") long degraded, @DefaultValue("10000") long down) {

        /** Checks the bounds. */
        public LagEvents {
            requireOrder("lag-events", new Threshold(degraded, down));
        }

        Threshold threshold() {
            return new Threshold(degraded, down);
        }
    }

    /**
     * How long a subscription may be behind the log.
     *
     * @param degraded After which time it is DEGRADED. 0 for never.
     * @param down After which time it is DOWN. 0 for never.
     */
    public record Lag(@DefaultValue("1m") Duration degraded, @DefaultValue("5m") Duration down) {

        /** Checks the bounds. */
        public Lag {
            requireOrder("lag", new Threshold(degraded.toNanos(), down.toNanos()));
        }

        Threshold threshold() {
            return new Threshold(degraded.toNanos(), down.toNanos());
        }
    }

    /**
     * How many errors a subscription may have.
     *
     * @param window Time within which errors count.
     * @param degraded From how many errors within the window on it is DEGRADED. 0 for never.
     * @param down From how many errors within the window on it is DOWN. 0 for never.
     * @param perMinute From how many errors within a minute on it is DEGRADED. 0 for never.
     * @param quiet Time without an error, and with nothing failing, after which earlier errors count no more.
     */
    public record Errors(
            @DefaultValue("10m") Duration window,
            @DefaultValue("10") int degraded,
            @DefaultValue("100") int down,
            @DefaultValue("10") int perMinute,
            @DefaultValue("10s") Duration quiet) {

        /** Checks the bounds. */
        public Errors {
            require(
                    window.toSeconds() >= 10 && window.compareTo(RecentErrors.LONGEST) <= 0,
                    "errors.window must be 10 s to 1 h, but it is " + window);
            requireOrder("errors", new Threshold(degraded, down));
            require(perMinute >= 0, "errors.per-minute must not be negative, but it is " + perMinute);
            require(!quiet.isNegative(), "errors.quiet must not be negative, but it is " + quiet);
        }

        Threshold threshold() {
            return new Threshold(degraded, down);
        }
    }

    /**
     * How the high-water mark is followed.
     *
     * @param silenceThreshold How long ago the reader of the high-water mark may have completed its last look. 30s, or three poll intervals if that is more.
     * @param stallThreshold How long an open transaction may hold the high-water mark before health is DEGRADED.
     */
    public record Log(@Nullable Duration silenceThreshold, @DefaultValue("10s") Duration stallThreshold) {

        private static final Duration USUAL_SILENCE = Duration.ofSeconds(30);

        /** Checks the bounds. */
        public Log {
            require(
                    silenceThreshold == null || silenceThreshold.compareTo(Duration.ofSeconds(1)) >= 0,
                    "log.silence-threshold must be 1 s or more, but it is " + silenceThreshold);
            require(
                    stallThreshold.compareTo(Duration.ofSeconds(1)) >= 0,
                    "log.stall-threshold must be 1 s or more, but it is " + stallThreshold);
        }

        /** As long as it takes to look a few times, or the mark would be taken for unread between two looks. */
        Duration silenceThreshold(Duration pollInterval) {
            if (silenceThreshold == null) {
                Duration three = pollInterval.multipliedBy(3);
                return three.compareTo(USUAL_SILENCE) > 0 ? three : USUAL_SILENCE;
            }
            require(
                    silenceThreshold.compareTo(pollInterval.multipliedBy(2)) >= 0,
                    "log.silence-threshold must be at least twice eventsource.subscriptions.poll-interval, but they are %s and %s"
                            .formatted(silenceThreshold, pollInterval));
            return silenceThreshold;
        }
    }

    /**
     * How many dead letters may be open.
     *
     * @param degraded From how many on health is DEGRADED.
     * @param down From how many on health is DOWN. 0 for never.
     */
    public record DeadLetters(@DefaultValue("10") int degraded, @DefaultValue("100") int down) {

        /** Checks the bounds. */
        public DeadLetters {
            require(degraded >= 1, "dead-letters.degraded must be 1 or more, but it is " + degraded);
            requireOrder("dead-letters", new Threshold(degraded, down));
        }

        Threshold threshold() {
            return new Threshold(degraded, down);
        }
    }

    /**
     * What may wait to be sent.
     *
     * @param pending From how many events on that wait to be sent to a destination health is DEGRADED.
     * @param failed From how many events on that failed at a destination and wait for somebody health is DEGRADED.
     * @param age How long no event may have waited that is still to be sent or has failed.
     */
    public record Outbox(
            @DefaultValue("10000") long pending, @DefaultValue("1") long failed, @DefaultValue("5m") Duration age) {

        /** Checks the bounds. */
        public Outbox {
            require(pending >= 1, "outbox.pending must be 1 or more, but it is " + pending);
            require(failed >= 1, "outbox.failed must be 1 or more, but it is " + failed);
            require(age.compareTo(Duration.ofMillis(1)) >= 0, "outbox.age must be 1 ms or more, but it is " + age);
        }
    }

    /**
     * How busy the connection pool may be.
     *
     * @param saturation Part of the connections in use from which on health is DEGRADED.
     */
    public record Pool(@DefaultValue("0.8") double saturation) {

        /** Checks the bounds. */
        public Pool {
            require(
                    saturation > 0 && saturation <= 1,
                    "pool.saturation must be above 0 and at most 1, but it is " + saturation);
        }
    }
}
