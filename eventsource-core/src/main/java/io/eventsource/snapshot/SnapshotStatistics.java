package io.eventsource.snapshot;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what became of snapshots since it was made, in this JVM. Thread-safe. */
public final class SnapshotStatistics implements SnapshotListener {

    private record Key(String aggregateType, SnapshotOutcome outcome) {}

    private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();

    /** Begins to count. */
    public SnapshotStatistics() {}

    @Override
    public void onSnapshot(String aggregateType, SnapshotOutcome outcome) {
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
    public long count(String aggregateType, SnapshotOutcome outcome) {
        LongAdder count = counts.get(new Key(aggregateType, outcome));
        return count == null ? 0 : count.sum();
    }
}
