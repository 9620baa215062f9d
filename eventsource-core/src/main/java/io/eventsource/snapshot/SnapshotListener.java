package io.eventsource.snapshot;

/** Told what became of each snapshot. Thread-safe and quick: it runs in the thread that loads or saves. */
@FunctionalInterface
public interface SnapshotListener {

    /**
     * Something became of a snapshot.
     *
     * @param aggregateType the aggregate's type
     * @param outcome what
     */
    void onSnapshot(String aggregateType, SnapshotOutcome outcome);
}
