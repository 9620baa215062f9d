package io.eventsource.testing;

import io.eventsource.testing.EffectLog.Segment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What has been seen of one projection's segments: who owned them when, and what must not happen to their checkpoints. Not
 * thread-safe.
 */
public final class SegmentHistory {

    private static final int BUCKETS = 1_024;

    private final long[] positions = new long[BUCKETS];
    private final Map<Integer, Long> epochs = new HashMap<>();
    private final Map<Term, String> owners = new HashMap<>();
    private final Map<Integer, List<Change>> changes = new TreeMap<>();

    /** An epoch of a segment. */
    private record Term(int segment, long epoch) {}

    /**
     * A segment has another owner.
     *
     * @param nanos when that was seen, by {@link System#nanoTime}
     * @param owner nobody when null
     */
    public record Change(long nanos, @Nullable String owner, long epoch) {}

    /**
     * Adds what is seen now.
     *
     * @param nanos the time, by {@link System#nanoTime}
     * @return what must not be
     */
    public List<String> add(long nanos, List<Segment> segments) {
        List<String> found = new ArrayList<>();
        for (Segment segment : segments) {
            violationsInPosition(segment, found);
            violationsInEpoch(segment, found);
            note(nanos, segment);
        }
        return found;
    }

    /** A rebuild begins again: checkpoints may go back, epochs may not. */
    public void forgetPositions() {
        Arrays.fill(positions, 0);
    }

    private void violationsInPosition(Segment segment, List<String> found) {
        for (int bucket = segment.firstBucket(); bucket <= segment.lastBucket(); bucket++) {
            if (positions[bucket] > segment.position()) {
                found.add("%s went back from %d in bucket %d".formatted(segment, positions[bucket], bucket));
                return;
            }
            positions[bucket] = segment.position();
        }
    }

    private void violationsInEpoch(Segment segment, List<String> found) {
        Long before = epochs.put(segment.number(), segment.epoch());
        if (before != null && before > segment.epoch()) {
            found.add("%s had the epoch %d before".formatted(segment, before));
        }
        String owner = segment.owner();
        if (owner != null) {
            String other = owners.putIfAbsent(new Term(segment.number(), segment.epoch()), owner);
            if (other != null && !other.equals(owner)) {
                found.add("%s was owned by %s in the same epoch".formatted(segment, other));
            }
        }
    }

    private void note(long nanos, Segment segment) {
        List<Change> known = changes.computeIfAbsent(segment.number(), number -> new ArrayList<>());
        Change last = known.isEmpty() ? null : known.get(known.size() - 1);
        if (last == null || !Objects.equals(last.owner(), segment.owner()) || last.epoch() != segment.epoch()) {
            known.add(new Change(nanos, segment.owner(), segment.epoch()));
        }
    }

    /** By segment, who owned it from when on. */
    public Map<Integer, List<Change>> changes() {
        Map<Integer, List<Change>> copy = new TreeMap<>();
        changes.forEach((segment, all) -> copy.put(segment, List.copyOf(all)));
        return copy;
    }

    /**
     * By segment, the longest time behind a moment during which nobody alive owned it.
     *
     * @param since the moment, by {@link System#nanoTime}
     * @param until where it ends for a segment that is still without an owner
     * @param dead the owners that were not alive then
     */
    public Map<Integer, Duration> longestWithoutOwner(long since, long until, Set<String> dead) {
        Map<Integer, Duration> longest = new TreeMap<>();
        changes.forEach((segment, all) -> longest.put(segment, longest(all, since, until, dead)));
        return longest;
    }

    private static Duration longest(List<Change> all, long since, long until, Set<String> dead) {
        long longest = 0;
        Long from = null;
        for (Change change : all) {
            String owner = change.owner();
            boolean owned = owner != null && !dead.contains(owner);
            if (owned && from != null) {
                longest = Math.max(longest, change.nanos() - Math.max(from, since));
            }
            from = owned ? null : from == null ? Long.valueOf(change.nanos()) : from;
        }
        if (from != null) {
            longest = Math.max(longest, until - Math.max(from, since));
        }
        return Duration.ofNanos(Math.max(0, longest));
    }
}
