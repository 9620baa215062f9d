package io.eventsource.log;

import io.eventsource.log.HighWaterMark.PositionsUsed;
import io.eventsource.log.HighWaterMark.SequenceBehind;
import io.eventsource.time.Clocks;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the sequence of positions with the log in every look at it. A position is drawn before it is visible, so that what the
 * sequence has handed out last is never below what was seen before. A sequence that was set back into a gap cannot pass the mark
 * unnoticed: the mark itself is a used position, and drawing it again violates the primary key.
 */
final class SequenceWatch {

    private static final Logger log = LoggerFactory.getLogger(SequenceWatch.class);

    private final LogEvidence evidence;
    private final Clocks clocks;
    private final AtomicReference<@Nullable PositionsUsed> used = new AtomicReference<>();
    private volatile @Nullable SequenceBehind behind;

    SequenceWatch(LogEvidence evidence, Clocks clocks) {
        this.evidence = evidence;
        this.clocks = clocks;
    }

    /** An append has met a used position. That is never forgotten: by the next look the sequence may have passed the mark again. */
    void meetUsedPosition() {
        used.updateAndGet(before -> before == null
                ? new PositionsUsed(1, clocks.now())
                : new PositionsUsed(before.times() + 1, before.since()));
    }

    @Nullable PositionsUsed used() {
        return used.get();
    }

    /** Takes in a look. Costs a further statement only when the sequence seems to be behind. */
    void compare(LogEvidence.Sight sight) {
        List<Long> positions = sight.positions();
        Long drawn = sight.lastDrawn();
        if (positions.isEmpty() || drawn == null) {
            return;
        }
        long highest = positions.get(positions.size() - 1);
        // a sequence that was just moved forward reads as 0 until it is used
        long last = drawn < highest ? evidence.lastDrawn() : drawn;
        boolean wasBehind = behind != null;
        behind = last < highest ? new SequenceBehind(last, highest) : null;
        if (behind != null && !wasBehind) {
            log.warn(
                    "The sequence of positions is at {}, and the log has an event at {}: appends are acknowledged at positions that"
                            + " subscriptions have passed. Stop appending, and as the owner of the tables run repair_positions(true)"
                            + " (docs/operations.md)",
                    last,
                    highest);
        } else if (behind == null && wasBehind) {
            log.warn(
                    "The sequence of positions is at {}, and no longer behind the log. What was appended meanwhile is missed by"
                            + " subscriptions, unless repair_positions(true) has moved it; missed_events lists it (docs/operations.md)",
                    last);
        }
    }

    @Nullable SequenceBehind behind() {
        return behind;
    }
}
