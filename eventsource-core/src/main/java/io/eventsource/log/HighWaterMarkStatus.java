package io.eventsource.log;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where the log's high-water mark is and what holds it.
 *
 * @param position the high-water mark
 * @param visibleEnd the highest position that was seen, which is beyond the high-water mark while a gap holds it
 * @param gapSince since when the mark waits at a gap, by the wall clock, or null when it does not wait; {@link HighWaterMark#gapAge()} says for
 *     how long
 * @param regressions how often the log was found to have gone backwards since this process started
 * @param generation rises whenever the log may have become another one, after a regress or a lost connection: what was
 *     remembered of it must then be read anew
 * @param incarnation changes whenever the server may have lost commits; null when it is not known
 */
public record HighWaterMarkStatus(
        long position,
        long visibleEnd,
        @Nullable Instant gapSince,
        long regressions,
        long generation,
        @Nullable UUID incarnation) {

    /**
     * Appends have met positions that had an event already: the sequence of positions was set back. Those before them may have been stored at
     * positions that subscriptions had passed.
     *
     * @param times how often, one or more; appends that share a statement count once
     * @param since when for the first time, by the wall clock
     */
    public record PositionsUsed(long times, Instant since) {}

    /**
     * The sequence of positions is behind the log: it was set back, or an event was put beyond it. What is appended now gets positions
     * that subscriptions have passed.
     *
     * @param lastDrawn the last position that the sequence has handed out
     * @param highest a position that has an event
     */
    public record SequenceBehind(long lastDrawn, long highest) {}

    /**
     * A transaction that has written to the log and is not over.
     *
     * @param virtualTransaction its virtual id
     * @param pid the server process, null for a prepared transaction
     * @param user the database user, null where this role may not see it
     * @param application the client's application name, null where this role may not see it
     * @param state what the session does, null where this role may not see it
     * @param startedAt when the transaction began, or was prepared; null where this role may not see it
     * @param age how long ago that is, null where this role may not see it
     * @param preparedGid the global id of a prepared transaction
     */
    public record LogWriter(
            String virtualTransaction,
            @Nullable Integer pid,
            @Nullable String user,
            @Nullable String application,
            @Nullable String state,
            @Nullable Instant startedAt,
            @Nullable Duration age,
            @Nullable String preparedGid) {}
}
