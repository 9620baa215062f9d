package io.eventsource.snapshot;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Told what became of each snapshot. Thread-safe and quick: it runs in the thread that loads or saves. */
@FunctionalInterface
public interface SnapshotListener {

    /**
     * Something became of a snapshot.
     *
     * @param aggregateType the aggregate's type
     * @param outcome what
     */
    void onSnapshot(String aggregateType, Outcome outcome);

    /** What became of a snapshot. */
    public enum Outcome {
        /** An aggregate was loaded from it. */
        USED,
        /** It was not used and all events were read, because its JSON does not fit the state's class. */
        UNREADABLE,
        /** It was not used and all events were read, because its state has another declared version. */
        OUTDATED,
        /** It was not used and all events were read, because the log does not hold its event: a restored log. */
        AHEAD,
        /** It was taken and stored. */
        TAKEN,
        /** It was taken and not stored, since a newer one was there. */
        SUPERSEDED,
        /** It was due and not taken, because too many others waited. The next save that finds it due tries again. */
        SKIPPED,
        /** It was due and could not be taken: its state cannot be kept as JSON, or the database failed. */
        FAILED
    }

    /** Counts what became of snapshots since it was made, in this JVM. Thread-safe. */
    public static final class SnapshotStatistics implements SnapshotListener {

        private record Key(String aggregateType, SnapshotListener.Outcome outcome) {}

        private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();

        /** Begins to count. */
        public SnapshotStatistics() {}

        @Override
        public void onSnapshot(String aggregateType, SnapshotListener.Outcome outcome) {
            counts.computeIfAbsent(new Key(aggregateType, outcome), absent -> new LongAdder())
                    .increment();
        }

        /**
         * How often something became of snapshots of a type.
         *
         * @param aggregateType the type
         * @param outcome what
         * @return how often
         */
        public long count(String aggregateType, SnapshotListener.Outcome outcome) {
            LongAdder count = counts.get(new Key(aggregateType, outcome));
            return count == null ? 0 : count.sum();
        }
    }
}
