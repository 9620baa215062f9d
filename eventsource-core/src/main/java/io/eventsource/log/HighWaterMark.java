package io.eventsource.log;

import io.eventsource.jdbc.DetachedJdbc;
import io.eventsource.log.HighWaterMark.LogWriter;
import io.eventsource.log.HighWaterMark.PositionsUsed;
import io.eventsource.log.HighWaterMark.SequenceBehind;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.time.Clocks;
import io.eventsource.time.Clocks.Moment;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log's high-water mark: the position up to which every event that will ever be visible is visible. Positions are
 * drawn before their transactions commit, so position 7 can be seen while 6 is still on its way; reading on behind 7
 * would lose 6 for ever.
 *
 * <p>The mark is concluded from evidence, never from the passing of time:
 *
 * <ol>
 *   <li>While the visible positions are contiguous, everything is settled: the mark moves along them.
 *   <li>At a gap, let <i>M</i> be the highest position seen. <b>Then</b>, in a later statement, read the set <i>S</i> of
 *       transactions that hold a granted {@code ROW EXCLUSIVE} lock on the events table. An INSERT takes that lock before
 *       it draws a position and keeps it to the end of its transaction, and the sequence hands out one number at a time;
 *       so whoever drew a position up to <i>M</i> is either over or in <i>S</i>.
 *   <li>When all of <i>S</i> are gone, every event up to <i>M</i> is visible to any later snapshot. What is still missing
 *       was rolled back: the mark moves to <i>M</i>.
 * </ol>
 *
 * <p>Transactions are told apart by their virtual id. A prepared transaction loses it when the server restarts and comes
 * back under one that begins with -1, so such an id that was not there before means that <i>S</i> is worthless; after any
 * failure of the connection <i>M</i> and <i>S</i> are forgotten too. A log whose highest position lies below the highest that
 * was seen has gone backwards (a crash that lost commits, a failover to a lagging standby): the mark follows it. Where events
 * have come in place of those lost, the log's incarnation tells: PostgreSQL forgets it whenever commits may be lost.
 *
 * <p>A mark once found stays settled, so it is published in the database: a reader that starts goes on from there and does
 * not have to wait for whatever transactions are open then. What is published is never ahead of what the database would
 * keep in a crash: it is committed after the events it covers.
 *
 * <p>A page of the log is bounded by a mark obtained before the page's own snapshot. Thread-safe.
 */
public final class HighWaterMark {

    private static final int PAGE = 10_000;
    private static final Duration PUBLISH_INTERVAL = Duration.ofSeconds(1);
    private static final Duration SLOWEST_PUBLISHING = Duration.ofMinutes(1);
    private static final Logger log = LoggerFactory.getLogger(HighWaterMark.class);

    private final LogEvidence evidence;
    private final Clocks clocks;
    private final SequenceWatch sequence;

    private long mark;
    private @Nullable Fence fence;
    /** The highest position that was ever seen, to notice a log that has gone backwards. */
    private long highestSeen;

    private long regressions;
    private long generation;
    /** What the mark was found in. */
    private @Nullable UUID incarnation;

    private long published;
    private @Nullable Long publishedAt;
    private Duration publishInterval = PUBLISH_INTERVAL;
    /** Read without the monitor, which a look holds for as long as the database takes to answer. */
    private volatile Status status = new Status(0, 0, null, 0, 0, null);

    private volatile @Nullable Moment gapSince;

    /**
     * The high-water mark of a store's log.
     *
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     * @param clock tells since when a gap is there; nothing is concluded from it
     * @return a mark that has not looked yet
     */
    public static HighWaterMark of(DataSource dataSource, EventSourceSchema schema, Clock clock) {
        return of(dataSource, schema, Clocks.of(clock));
    }

    /**
     * The high-water mark of a store's log.
     *
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     * @param clocks tell since when a gap is there, and measure its age; nothing is concluded from it
     * @return a mark that has not looked yet
     */
    public static HighWaterMark of(DataSource dataSource, EventSourceSchema schema, Clocks clocks) {
        return new HighWaterMark(new PostgresLogEvidence(DetachedJdbc.on(dataSource), schema), clocks);
    }

    HighWaterMark(LogEvidence evidence, Clocks clocks) {
        this.evidence = evidence;
        this.clocks = clocks;
        this.sequence = new SequenceWatch(evidence, clocks);
    }

    /** What must end before the mark may move to {@code upTo}. */
    private record Fence(long upTo, Set<String> writers, Set<String> recovered, Moment since) {

        static Fence of(long upTo, Set<String> writers, Moment since) {
            return new Fence(upTo, new HashSet<>(writers), recovered(writers), since);
        }

        /** The prepared transactions that a restart of the server has brought back. */
        private static Set<String> recovered(Set<String> writers) {
            return writers.stream().filter(id -> id.startsWith("-1/")).collect(Collectors.toSet());
        }

        /** Whether the server has restarted since, so that the ids mean other transactions. */
        boolean outdatedBy(Set<String> current) {
            return !recovered.containsAll(recovered(current));
        }
    }

    /**
     * Looks at the log and moves the mark as far as the evidence allows. Never waits.
     *
     * @return the high-water mark, 0 for an empty log
     * @throws org.springframework.dao.DataAccessException when the database is out of reach; the next call starts from
     *     the database again
     */
    public synchronized long advance() {
        try {
            boolean more = true;
            while (more) {
                more = step();
            }
            return mark;
        } catch (RuntimeException failure) {
            // the server may have restarted: virtual ids mean nothing any more, and the log may be another one
            forget();
            throw failure;
        } finally {
            Moment since = fence == null ? null : fence.since();
            gapSince = since;
            status = new Status(
                    mark,
                    Math.max(mark, highestSeen),
                    since == null ? null : since.at(),
                    regressions,
                    generation,
                    incarnation);
        }
    }

    private void forget() {
        fence = null;
        mark = 0;
        incarnation = null;
        publishInterval = PUBLISH_INTERVAL;
        generation++;
    }

    /**
     * Names the log's incarnation in the database, if nobody has since the server may have lost commits. The next look finds
     * it.
     *
     * @throws org.springframework.dao.DataAccessException when the database is out of reach or this user may not write
     */
    public void nameIncarnation() {
        evidence.nameIncarnation();
    }

    /**
     * Publishes the mark in the database for readers that start, when it has moved and the last time was long enough ago. After a
     * failure that is twice as long as before, up to a minute, until the mark is published or the log could not be read.
     *
     * @throws org.springframework.dao.DataAccessException when the database is out of reach or this user may not write
     */
    public synchronized void publish() {
        Long last = publishedAt;
        boolean due = last == null || clocks.ticker().since(last).compareTo(publishInterval) >= 0;
        if (mark > 0 && mark != published && due) {
            publishedAt = clocks.ticker().nanos();
            Duration slower = publishInterval.multipliedBy(2);
            publishInterval = slower.compareTo(SLOWEST_PUBLISHING) > 0 ? SLOWEST_PUBLISHING : slower;
            evidence.publish(mark);
            publishInterval = PUBLISH_INTERVAL;
            published = mark;
        }
    }

    /**
     * Where the mark is, without looking at the log and without waiting for whoever does.
     *
     * @return the mark as of the last {@link #advance()}, and what holds it
     */
    public Status status() {
        return status;
    }

    /**
     * How long the mark has waited at a gap, whatever has been done to the wall clock meanwhile.
     *
     * @return the time, empty while the mark does not wait
     */
    public Optional<Duration> gapAge() {
        return Optional.ofNullable(gapSince).map(clocks::since);
    }

    /**
     * Whether the sequence of positions was behind the log at the last look, without looking. Null also where this user may not read
     * the sequence.
     *
     * @return how far, or null when it is not
     */
    public @Nullable SequenceBehind sequenceBehind() {
        return sequence.behind();
    }

    /**
     * Whether an append of this process has met a position that had an event already, since it started. Costs nothing.
     *
     * @return how often and since when, or null when none has
     */
    public @Nullable PositionsUsed positionsUsed() {
        return sequence.used();
    }

    /** Tells that an append has met a position that had an event already. */
    public void meetUsedPosition() {
        sequence.meetUsedPosition();
    }

    /**
     * The highest position that is visible now, settled or not. Nothing is concluded from it.
     *
     * @return the position, 0 for an empty log
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    public long visibleEnd() {
        return evidence.highestPosition();
    }

    /**
     * Who may hold the mark: the open transactions that have written to the log.
     *
     * @return the transactions, empty when there are none
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    public List<LogWriter> writers() {
        return evidence.describeWriters();
    }

    /** One look; says whether there is more to look at right away. */
    private boolean step() {
        if (mark == 0 && fence == null) {
            return start();
        }
        // from the mark on: as long as its own event is there, one statement tells that nothing has changed
        LogEvidence.Sight sight = evidence.from(mark, PAGE);
        sequence.compare(sight);
        List<Long> visible = sight.positions();
        if (!visible.isEmpty() && !Objects.equals(sight.incarnation(), incarnation)) {
            forget();
            return true;
        }
        boolean full = visible.size() == PAGE;
        if (!full && isBackwards(last(visible))) {
            return true;
        }
        if (visible.isEmpty()) {
            fence = null;
            return false;
        }
        highestSeen = Math.max(highestSeen, last(visible));
        for (long position : visible) {
            if (position > mark + 1) {
                return atGap(last(visible), full);
            }
            mark = position;
        }
        if (fence != null && mark >= fence.upTo()) {
            // the gap has been filled
            fence = null;
        }
        return full;
    }

    private static long last(List<Long> positions) {
        return positions.isEmpty() ? 0 : positions.get(positions.size() - 1);
    }

    private boolean atGap(long lastVisible, boolean more) {
        if (fence == null || mark >= fence.upTo()) {
            return fenceAt(more ? highestPosition() : lastVisible);
        }
        Set<String> current = evidence.writers();
        if (fence.outdatedBy(current)) {
            return fenceAt(highestPosition());
        }
        fence.writers().retainAll(current);
        return passFence(fence);
    }

    private boolean start() {
        // before anything is seen: what is seen later is of this incarnation, or the next look finds another
        UUID found = evidence.incarnation();
        if (incarnation != null && !incarnation.equals(found)) {
            generation++;
        }
        incarnation = found;
        long highest = highestPosition();
        if (highest == 0) {
            return false;
        }
        long published = evidence.publishedHighWaterMark();
        if (published > 0 && published <= highest) {
            mark = published;
            highestSeen = Math.max(highestSeen, highest);
            return true;
        }
        return fenceAt(highest);
    }

    private boolean fenceAt(long highest) {
        if (highest == 0) {
            return false;
        }
        highestSeen = Math.max(highestSeen, highest);
        // highest has been seen; only now may the writers be read
        fence = Fence.of(highest, evidence.writers(), clocks.mark());
        return passFence(fence);
    }

    private boolean passFence(Fence pending) {
        if (!pending.writers().isEmpty()) {
            return false;
        }
        mark = Math.max(mark, pending.upTo());
        highestSeen = Math.max(highestSeen, mark);
        fence = null;
        return true;
    }

    /** Reads the highest position and follows a log that has gone backwards. */
    private long highestPosition() {
        long highest = evidence.highestPosition();
        boolean unused = isBackwards(highest);
        return highest;
    }

    /** Whether the log has gone backwards, which is then followed. */
    private boolean isBackwards(long highest) {
        if (highest >= highestSeen) {
            return false;
        }
        log.warn(
                "The log has gone backwards: its highest position is {}, but {} had been seen. The server has lost"
                        + " events (asynchronous commit and a crash, or a failover to a lagging standby).",
                highest,
                highestSeen);
        highestSeen = highest;
        mark = 0;
        fence = null;
        regressions++;
        generation++;
        return true;
    }

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
    public record Status(
            long position,
            long visibleEnd,
            @Nullable Instant gapSince,
            long regressions,
            long generation,
            @Nullable UUID incarnation) {}
}
