package io.eventsource.subscription;

import java.time.Duration;

/**
 * How long the reader of the high-water mark goes without looking. While nobody tells it of other processes' commits, it looks again
 * soon after it has found events, since more are likely to follow, and then ever later, up to the poll interval.
 */
final class PollPauses {

    private static final Duration SOON = Duration.ofMillis(20);

    private final Duration pollInterval;
    private Duration pause;
    private long lastMark = -1;

    PollPauses(Duration pollInterval) {
        this.pollInterval = pollInterval;
        this.pause = pollInterval;
    }

    /**
     * The pause after a look.
     *
     * @param mark what it found
     * @param told whether other processes' commits are told of
     */
    Duration after(long mark, boolean told) {
        boolean found = lastMark >= 0 && mark != lastMark;
        lastMark = mark;
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
