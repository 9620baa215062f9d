package io.eventsource.store;

import java.time.Duration;

/**
 * How far a bulk load is.
 *
 * @param appends appends loaded so far
 * @param events events loaded so far
 * @param elapsed since the load began
 */
public record LoadProgress(long appends, long events, Duration elapsed) {

    /**
     * The mean rate so far.
     *
     * @return events per second
     */
    public double eventsPerSecond() {
        return events * 1e9 / Math.max(1, elapsed.toNanos());
    }

    /**
     * How long the rest takes at the mean rate so far.
     *
     * @param totalEvents how many events there are to load altogether
     * @return the time left, zero when everything is loaded
     */
    public Duration remaining(long totalEvents) {
        return events == 0
                ? Duration.ZERO
                : elapsed.multipliedBy(Math.max(0, totalEvents - events)).dividedBy(events);
    }
}
