package io.eventsource.subscription;

import io.eventsource.log.Bucket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a subscription is.
 *
 * @param name the name that its checkpoint is kept under
 * @param state what it is doing
 * @param progress how far it is
 * @param counters what it has done in this process
 * @param fault since when and why it does not go on, null when the last batch went well
 * @param autoStartup whether it is to start by itself
 * @param pause that it is to handle nothing in any instance, as of the last look; null when it is not paused
 * @param rebuilt the part of a rebuild that is done, 0 to 1, in all instances as of the last look; null when it is not being rebuilt
 * @param segments all segments of it, also those that other processes own; empty before the first look
 */
public record SubscriptionStatus(
        String name,
        State state,
        Progress progress,
        Counters counters,
        @Nullable Fault fault,
        boolean autoStartup,
        @Nullable Pause pause,
        @Nullable Double rebuilt,
        List<SegmentStatus> segments) {

    /**
     * How far a subscription is.
     *
     * @param position the position up to which it has handled the log: the lowest of the segments that this process owns, or of all
     *     when it owns none
     * @param lag how many positions the highest that is committed, as this process last saw it, is ahead of it. What waits behind a gap counts
     * @param lagTime how long something committed has been ahead of it without a break; what had been appended before this process first looked
     *     counts from then on. Zero when there is no lag
     * @param lastProcessedAt when it last handled an event in this process, or null
     */
    public record Progress(long position, long lag, Duration lagTime, @Nullable Instant lastProcessedAt) {}

    /**
     * As {@link Progress#position()}.
     *
     * @return the position
     */
    public long position() {
        return progress.position();
    }

    /**
     * As {@link Progress#lag()}.
     *
     * @return the number of positions
     */
    public long lag() {
        return progress.lag();
    }

    /**
     * As {@link Progress#lagTime()}.
     *
     * @return the time
     */
    public Duration lagTime() {
        return progress.lagTime();
    }

    /**
     * As {@link Progress#lastProcessedAt()}.
     *
     * @return the time, or null
     */
    public @Nullable Instant lastProcessedAt() {
        return progress.lastProcessedAt();
    }

    /**
     * How many batches have failed in a row.
     *
     * @return the number
     */
    public int failures() {
        return fault == null ? 0 : fault.failures();
    }

    /**
     * The exception that the first of these failed with.
     *
     * @return the exception, null when the last batch went well
     */
    public @Nullable Throwable firstFailure() {
        return fault == null ? null : fault.first();
    }

    /**
     * The exception that the last of these failed with.
     *
     * @return the exception, null when the last batch went well
     */
    public @Nullable Throwable lastFailure() {
        return fault == null ? null : fault.last();
    }

    /**
     * How many events it has handled since this process started.
     *
     * @return the number
     */
    public long eventsProcessed() {
        return counters.events();
    }

    /**
     * How many attempts have failed since this process started, as {@link Counters#failed()}.
     *
     * @return the number
     */
    public long failedAttempts() {
        return counters.failed();
    }

    /**
     * Where a segment of a subscription is: of one that this process owns as it is, of others as they were at its last look, a few
     * seconds ago at most while the database can be reached.
     *
     * @param segment the number of the segment, which is its first bucket
     * @param buckets its share of the streams
     * @param owner the running instance that owns it, or null when none does
     * @param epoch how often it has changed hands, been cut, merged or reset
     * @param state what its runner does, or null when it runs in another process or not at all
     * @param position the position up to which it has handled the log. Of another instance's segment this is its checkpoint, which may
     *     be up to 1,000 positions without events for it behind
     * @param lag how many positions the highest that is committed, as this process last saw it, is ahead of it
     */
    public record SegmentStatus(
            int segment,
            Bucket.Range buckets,
            @Nullable UUID owner,
            long epoch,
            @Nullable State state,
            long position,
            long lag) {}

    /**
     * What a subscription has done in this process since its start. No number ever falls.
     *
     * @param events events handled
     * @param batches transactions in which they were handled, those that failed not counted
     * @param handlingTime how long these took together, from the first handler to the end of the commit
     * @param failed attempts that failed: of a batch, of an event, or to read
     * @param retried how many of these were followed by another attempt
     * @param claimed segments taken over
     * @param given segments given up or lost
     */
    public record Counters(
            long events, long batches, Duration handlingTime, long failed, long retried, long claimed, long given) {}

    /**
     * What keeps a subscription from going on.
     *
     * @param since when it failed first
     * @param reason where it stands, how it failed last and what is done about it, in words. They hold no data of events or rows, so that they can be
     *     shown to whoever may see the state of the application
     * @param failures how many batches have failed in a row
     * @param first the exception that the first of these failed with
     * @param last the exception that the last of these failed with
     */
    public record Fault(Instant since, String reason, int failures, Throwable first, Throwable last) {}

    /**
     * That a subscription is to handle nothing, in any instance, until somebody resumes it.
     *
     * @param since since when, by the database's clock
     * @param by who has said so
     * @param reason why, or null when nobody has said
     */
    public record Pause(Instant since, String by, @Nullable String reason) {}

    /** What a subscription is doing in this process; where its segments do different things, what needs attention most. */
    public enum State {
        /** Nothing: it was not started, or it was stopped. */
        STOPPED,
        /** Handling events that had been appended before it looked, or about to look. */
        CATCHING_UP,
        /** Waiting for new events, having handled all up to the high-water mark. */
        LIVE,
        /** Retrying a batch that failed, or waiting until the high-water mark can be read again, with growing pauses. */
        RETRYING,
        /** Waiting for something that every event needs and that is away, such as a database, before it tries again. */
        CIRCUIT_OPEN,
        /** Stopped at an event that cannot be handled, until it is resumed. */
        HALTED,
        /** Nothing until it is resumed. */
        PAUSED,
        /** Nothing at the moment, because running instances elsewhere own all of its segments. */
        STANDBY;

        /** Those of runners, the one that needs attention most first. */
        static final List<State> BY_URGENCY = List.of(HALTED, CIRCUIT_OPEN, RETRYING, PAUSED, CATCHING_UP, LIVE);
    }

    /** Hears what becomes of subscriptions: that one catches up, is live, fails, is paused or has stopped. */
    @FunctionalInterface
    public interface Listener {

        /**
         * A subscription is in another state. Called in the subscription's thread, outside a transaction, in the order of the changes;
         * what this throws is logged and otherwise without effect.
         *
         * @param name the subscription
         * @param from the state it was in
         * @param to the state it is in
         */
        void stateChanged(String name, SubscriptionStatus.State from, SubscriptionStatus.State to);
    }
}
