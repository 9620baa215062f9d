package io.eventsource.ground;

import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.ground.GroundReport.Severity;
import io.eventsource.log.HighWaterMark.PositionsUsed;
import io.eventsource.time.Clocks.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The findings as of the last time somebody asked. Asks again when there is reason to think that they have changed, after a while, and
 * soon while something is wrong; otherwise it answers from memory. Starts no thread. Thread-safe.
 */
public final class GroundWatch {

    private static final Duration WHILE_WELL = Duration.ofMinutes(1);
    private static final Duration WHILE_WRONG = Duration.ofSeconds(1);

    private final GroundInspector inspector;
    private final LongSupplier changes;
    private final Supplier<@Nullable PositionsUsed> used;
    private final Ticker ticker;

    private volatile boolean suspected;
    private @Nullable GroundReport report;
    private long askedAt;
    private long changesSeen;

    /**
     * Creates a watch that has not asked.
     *
     * @param inspector asks
     * @param changes another number whenever the database may have become another one, such as the log's generation; no statement
     * @param used what appends of this process have met, or null; no statement
     * @param ticker measures how old a report is
     */
    public GroundWatch(
            GroundInspector inspector, LongSupplier changes, Supplier<@Nullable PositionsUsed> used, Ticker ticker) {
        this.used = used;
        this.inspector = inspector;
        this.changes = changes;
        this.ticker = ticker;
    }

    /** Somebody has reason to doubt what was found, such as an append that was answered with an error. Costs nothing. */
    public void suspect() {
        suspected = true;
    }

    /**
     * What was found, and what appends of this process have met since it started. What was found was so at most a minute ago, or a second while something is refused, down or unknown.
     *
     * @return the report
     * @throws org.springframework.dao.DataAccessException when the database is out of reach; the next call asks again
     */
    public GroundReport report() {
        GroundReport found = asked();
        PositionsUsed met = used.get();
        return met == null ? found : found.and(new GroundReport(List.of(positionsUsed(met))));
    }

    /** Nothing in the database tells of it once the sequence has passed the mark again. */
    private static Finding positionsUsed(PositionsUsed met) {
        return new Finding(
                "positions-used",
                Severity.DOWN,
                "Since %s, %d times, an append of this process has met a position that had an event already: the sequence was set back"
                        .formatted(met.since(), met.times()),
                "What was appended before, or meanwhile by other processes, may be at positions that subscriptions had passed",
                "Stop appending, run repair_positions(true) and then missed_events('1 s') as the owner (docs/operations.md), rebuild the projections that lack events, then restart this process");
    }

    private synchronized GroundReport asked() {
        long now = ticker.nanos();
        long changesNow = changes.getAsLong();
        GroundReport known = report;
        if (known != null
                && !suspected
                && changesNow == changesSeen
                && ticker.since(askedAt).compareTo(patience(known)) < 0) {
            return known;
        }
        report = null;
        suspected = false;
        GroundReport found = inspector.inspect();
        askedAt = now;
        changesSeen = changesNow;
        report = found;
        return found;
    }

    private static Duration patience(GroundReport known) {
        boolean well = known.of(Severity.REFUSE).isEmpty()
                && known.of(Severity.DOWN).isEmpty()
                && known.findings().stream().noneMatch(each -> each.code().equals(GroundReport.UNKNOWN));
        return well ? WHILE_WELL : WHILE_WRONG;
    }
}
