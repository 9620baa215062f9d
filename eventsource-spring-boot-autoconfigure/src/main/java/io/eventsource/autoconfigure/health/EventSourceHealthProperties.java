package io.eventsource.autoconfigure.health;

import io.eventsource.error.RecentErrors;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * From when on something is not healthy any more. With 0 a threshold is never reached.
 *
 * @param lagEventsDegraded From how many positions behind the log on a subscription is DEGRADED.
 * @param lagEventsDown From how many positions behind the log on a subscription is DOWN.
 * @param lagDegraded From when on a subscription that lags behind the log is DEGRADED.
 * @param lagDown From when on a subscription that lags behind the log is DOWN.
 * @param errorRateDegraded From how many errors within a minute on a subscription is DEGRADED.
 * @param errorWindow Time within which errors count for errors-degraded and errors-down.
 * @param errorsDegraded From how many errors within error-window on a subscription is DEGRADED.
 * @param errorsDown From how many errors within error-window on a subscription is DOWN.
 * @param headSilence How long ago the reader of the log's head may have completed its last look. 30s, or three poll intervals if that is more.
 * @param answerTimeout How long the database may take to answer a question of a health indicator.
 */
@ConfigurationProperties("eventsource.health")
public record EventSourceHealthProperties(
        @DefaultValue("1000") long lagEventsDegraded,
        @DefaultValue("10000") long lagEventsDown,
        @DefaultValue("1m") Duration lagDegraded,
        @DefaultValue("5m") Duration lagDown,
        @DefaultValue("10") int errorRateDegraded,
        @DefaultValue("10m") Duration errorWindow,
        @DefaultValue("10") int errorsDegraded,
        @DefaultValue("100") int errorsDown,
        @Nullable Duration headSilence,
        @DefaultValue("3s") Duration answerTimeout) {

    private static final String PREFIX = "eventsource.health.";
    private static final Duration USUAL_SILENCE = Duration.ofSeconds(30);

    /** Checks the bounds. */
    public EventSourceHealthProperties {
        requireOrder("lag-events", lagEventsDegraded, lagEventsDown);
        requireOrder("lag", lagDegraded.toNanos(), lagDown.toNanos());
        requireOrder("errors", errorsDegraded, errorsDown);
        require(errorRateDegraded >= 0, "error-rate-degraded must not be negative, but it is " + errorRateDegraded);
        require(
                errorWindow.toSeconds() >= 10 && errorWindow.compareTo(RecentErrors.LONGEST) <= 0,
                "error-window must be 10 s to 1 h, but it is " + errorWindow);
        require(
                headSilence == null || headSilence.compareTo(Duration.ofSeconds(1)) >= 0,
                "head-silence must be 1 s or more, but it is " + headSilence);
        require(
                answerTimeout.compareTo(Duration.ofMillis(10)) >= 0,
                "answer-timeout must be 10 ms or more, but it is " + answerTimeout);
    }

    private static void requireOrder(String name, long degraded, long down) {
        require(degraded >= 0, name + "-degraded must not be negative");
        require(down == 0 || down >= degraded, name + "-down must be 0 or not below " + name + "-degraded");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(PREFIX + message);
        }
    }

    /** As long as it takes to look a few times, or the head would be taken for unread between two looks. */
    Duration headSilence(Duration pollInterval) {
        if (headSilence == null) {
            Duration three = pollInterval.multipliedBy(3);
            return three.compareTo(USUAL_SILENCE) > 0 ? three : USUAL_SILENCE;
        }
        require(
                headSilence.compareTo(pollInterval.multipliedBy(2)) >= 0,
                "head-silence must be at least twice eventsource.subscriptions.poll-interval, but they are %s and %s"
                        .formatted(headSilence, pollInterval));
        return headSilence;
    }
}
