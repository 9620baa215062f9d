package io.eventsource.subscription;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a subscription is.
 *
 * @param name the name that its checkpoint is kept under
 * @param state what it is doing
 * @param position the position up to which it has handled the log: the lowest of the segments that this process owns, or of all
 *     when it owns none
 * @param lag how many positions the settled head, as this process last saw it, is ahead of it; events behind a hole do not
 *     count
 * @param lagTime how long the head has been ahead of it without a break; what had been appended before this process first looked counts
 *     from then on. Zero when there is no lag
 * @param counters what it has done in this process
 * @param lastProcessedAt when it last handled an event in this process, or null
 * @param failures how many batches have failed in a row
 * @param firstFailure the exception that the first of these failed with, null when the last batch went well
 * @param lastFailure the exception that the last of these failed with, null when the last batch went well
 * @param fault since when and why it does not go on, null when the last batch went well
 * @param autoStartup whether it is to start by itself
 * @param pause that it is to handle nothing in any instance, as of the last look; null when it is not paused
 * @param rebuilt the part of a rebuild that is done, 0 to 1, in all instances as of the last look; null when it is not being rebuilt
 * @param segments all segments of it, also those that other processes own; empty before the first look
 */
public record SubscriptionStatus(
        String name,
        SubscriptionState state,
        long position,
        long lag,
        Duration lagTime,
        SubscriptionCounters counters,
        @Nullable Instant lastProcessedAt,
        int failures,
        @Nullable Throwable firstFailure,
        @Nullable Throwable lastFailure,
        @Nullable SubscriptionFault fault,
        boolean autoStartup,
        @Nullable SubscriptionPause pause,
        @Nullable Double rebuilt,
        List<SegmentStatus> segments) {

    /**
     * How many events it has handled since this process started.
     *
     * @return the number
     */
    public long eventsProcessed() {
        return counters.events();
    }

    /**
     * How many batches have failed since this process started.
     *
     * @return the number
     */
    public long batchesFailed() {
        return counters.failed();
    }

    /** Whether it does what it should. */
    boolean healthy() {
        return failures == 0
                && switch (state) {
                    case LIVE, CATCHING_UP, STANDBY -> true;
                    case STOPPED -> !autoStartup;
                    case RETRYING, CIRCUIT_OPEN, HALTED, PAUSED -> false;
                };
    }

    /** Whether it does nothing although it may be expected to. */
    boolean unhealthy() {
        return state == SubscriptionState.HALTED || (state == SubscriptionState.STOPPED && autoStartup);
    }
}
