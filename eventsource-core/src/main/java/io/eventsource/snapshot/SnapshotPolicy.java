package io.eventsource.snapshot;

import java.util.UUID;

/** Says when a snapshot is due. Thread-safe, quick, without side effects. */
@FunctionalInterface
public interface SnapshotPolicy {

    /**
     * Asked after each save with events.
     *
     * @param candidate what was saved
     * @return whether to take a snapshot now
     */
    boolean isDue(Candidate candidate);

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

    /**
     * An aggregate that has just been saved.
     *
     * @param aggregateType its type
     * @param aggregateId its id
     * @param version its version after saving
     * @param snapshotVersion the version of the snapshot that it was loaded from or that was taken since, 0 for none
     */
    public record Candidate(String aggregateType, UUID aggregateId, long version, long snapshotVersion) {

        /**
         * What loading it now has to read.
         *
         * @return the number of events behind the snapshot
         */
        public long eventsSinceSnapshot() {
            return version - snapshotVersion;
        }
    }
}
