package io.eventsource.autoconfigure.health;

import io.eventsource.subscription.SubscriptionStatuses;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Whether the high-water mark is followed here: without it no lag can be trusted. */
final class HighWaterMarkWatch {

    private final SubscriptionStatuses manager;
    private final Duration longestSilence;

    HighWaterMarkWatch(SubscriptionStatuses manager, Duration longestSilence) {
        this.manager = manager;
        this.longestSilence = longestSilence;
    }

    /** Since when nobody has looked; null when nothing is started. */
    @Nullable Duration silence() {
        return manager.instance().tail().silence();
    }

    /** How often the heap did not suffice for what was read of the log. */
    long memoryShortages() {
        return manager.instance().memory().shortages();
    }

    /** Whether that was not long ago. */
    boolean shortOfMemory(Duration within) {
        Duration since = manager.instance().memory().sinceLast();
        return since != null && since.compareTo(within) < 0;
    }

    /** Why the mark is not followed; null when it is, or is not to be. */
    @Nullable String trouble() {
        Duration silence = silence();
        if (silence == null) {
            return null;
        }
        if (!manager.instance().tail().reading()) {
            return "the high-water mark cannot be read";
        }
        return silence.compareTo(longestSilence) > 0
                ? "nobody has looked at the high-water mark for %d s".formatted(silence.toSeconds())
                : null;
    }
}
