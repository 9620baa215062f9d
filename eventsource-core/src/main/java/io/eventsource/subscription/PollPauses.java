package io.eventsource.subscription;

import java.time.Duration;

/**
 * How long the reader of the head goes without looking. While nobody tells it of other processes' commits, it looks again
 * soon after it has found events, since more are likely to follow, and then ever later, up to the poll interval.
 */
final class PollPauses {

    private static final Duration SOON = Duration.ofMillis(20);

    private final Duration pollInterval;
    private Duration pause;
    private long lastHead = -1;

    PollPauses(Duration pollInterval) {
        this.pollInterval = pollInterval;
        this.pause = pollInterval;
    }

    /**
     * The pause after a look.
     *
     * @param head what it found
     * @param told whether other processes' commits are told of
     */
    Duration after(long head, boolean told) {
        boolean found = lastHead >= 0 && head != lastHead;
        lastHead = head;
        if (told) {
            pause = pollInterval;
        } else if (found) {
            pause = shorter(SOON, pollInterval);
        } else {
            // never above the interval, so that doubling cannot overflow
            pause = pause.compareTo(pollInterval.dividedBy(2)) > 0 ? pollInterval : pause.multipliedBy(2);
        }
        return pause;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
