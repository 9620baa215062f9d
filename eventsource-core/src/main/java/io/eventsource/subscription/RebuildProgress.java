package io.eventsource.subscription;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a rebuild is, over all instances that take part. What is counted is positions of the log, the average over all buckets.
 *
 * @param name the subscription
 * @param done positions that are handled again
 * @param total positions that the log had when the rebuild was asked for
 * @param startedAt when it was asked for, by the database's clock
 * @param elapsed how long ago that was, by the database's clock
 * @param perSecond positions handled in a second since then
 * @param remaining how long it will take at this rate, or null before there is one
 */
public record RebuildProgress(
        String name,
        long done,
        long total,
        Instant startedAt,
        Duration elapsed,
        double perSecond,
        @Nullable Duration remaining) {

    static RebuildProgress of(String name, long done, long total, Instant startedAt, Duration elapsed) {
        double seconds = elapsed.toNanos() / 1e9;
        double perSecond = seconds > 0 ? done / seconds : 0;
        Duration remaining = perSecond > 0 ? Duration.ofMillis((long) (1_000 * (total - done) / perSecond)) : null;
        return new RebuildProgress(name, done, total, startedAt, elapsed, perSecond, remaining);
    }

    /**
     * How much of it is done.
     *
     * @return 0 to 1
     */
    public double fraction() {
        return total == 0 ? 1 : (double) done / total;
    }
}
