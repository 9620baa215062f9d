package io.eventsource.snapshot;

/**
 * How snapshots of one type of aggregate are taken.
 *
 * @param mode who takes them
 * @param policy when they are due; not asked in {@link SnapshotMode#MANUAL} mode
 */
public record SnapshotSettings(SnapshotMode mode, SnapshotPolicy policy) {

    /** Who takes a snapshot that is due. */
    public enum SnapshotMode {
        /**
         * The thread that saved. Inside a transaction the snapshot is part of it, and both commit or roll back; outside one, it is
         * taken after the events are committed, and its failure is only counted.
         */
        SYNC,
        /** Another thread, after the commit. Saving does not wait for it, and its failure is only counted. */
        BACKGROUND,
        /** Nobody but the application, by the repository's {@code snapshot}. */
        MANUAL
    }
}
