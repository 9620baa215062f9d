package io.eventsource.autoconfigure;

import io.eventsource.subscription.SubscriptionManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Whether the log's head is followed here: without it no lag can be trusted. */
final class HeadWatch {

    private final SubscriptionManager manager;
    private final Duration longestSilence;
    private final Clock clock;

    HeadWatch(SubscriptionManager manager, Duration longestSilence, Clock clock) {
        this.manager = manager;
        this.longestSilence = longestSilence;
        this.clock = clock;
    }

    /** Since when nobody has looked; null when nothing is started. */
    @Nullable Duration silence() {
        Instant started = manager.startedAt().orElse(null);
        if (started == null) {
            return null;
        }
        Instant read =
                manager.headReadAt().filter(each -> each.isAfter(started)).orElse(started);
        return Duration.between(read, clock.instant());
    }

    /** Why the head is not followed; null when it is, or is not to be. */
    @Nullable String trouble() {
        Duration silence = silence();
        if (silence == null) {
            return null;
        }
        if (!manager.readingHead()) {
            return "the head of the log cannot be read";
        }
        return silence.compareTo(longestSilence) > 0
                ? "nobody has looked at the head of the log for %d s".formatted(silence.toSeconds())
                : null;
    }
}
