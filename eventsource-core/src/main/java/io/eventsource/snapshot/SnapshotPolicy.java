package io.eventsource.snapshot;

/** Says when a snapshot is due. Thread-safe, quick, without side effects. */
@FunctionalInterface
public interface SnapshotPolicy {

    /**
     * Asked after each save with events.
     *
     * @param candidate what was saved
     * @return whether to take a snapshot now
     */
    boolean isDue(SnapshotCandidate candidate);

    /**
     * A snapshot whenever loading would have to read as many events. After one was missed, the next save makes up for it.
     *
     * @param events how many, 1 or more
     * @return the policy
     * @throws IllegalArgumentException when the number is not positive
     */
    static SnapshotPolicy every(int events) {
        if (events < 1) {
            throw new IllegalArgumentException("A snapshot policy needs 1 or more events, but got " + events);
        }
        return candidate -> candidate.eventsSinceSnapshot() >= events;
    }

    /**
     * No snapshots but those that the application takes itself.
     *
     * @return the policy
     */
    static SnapshotPolicy never() {
        return candidate -> false;
    }
}
