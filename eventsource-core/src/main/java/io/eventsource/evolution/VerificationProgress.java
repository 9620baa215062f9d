package io.eventsource.evolution;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far a verification has come.
 *
 * @param events how many stored events have been decoded or have failed
 * @param failures how many have failed
 * @param position the position up to which the log has been read
 * @param upToPosition the position at which the verification ends
 * @param elapsed how long it has taken
 */
public record VerificationProgress(long events, long failures, long position, long upToPosition, Duration elapsed) {

    /**
     * The mean rate so far.
     *
     * @return stored events per second, 0 before any time has passed
     */
    public double eventsPerSecond() {
        return elapsed.isZero() ? 0 : events * 1e9 / elapsed.toNanos();
    }

    /**
     * How long the rest will take at the mean rate so far.
     *
     * @return the time, or null before anything has been read
     */
    public @Nullable Duration remaining() {
        return position == 0
                ? null
                : Duration.ofNanos(Math.round((double) elapsed.toNanos() / position * (upToPosition - position)));
    }
}
