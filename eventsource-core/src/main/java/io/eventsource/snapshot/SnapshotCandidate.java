package io.eventsource.snapshot;

import java.util.UUID;

/**
 * An aggregate that has just been saved.
 *
 * @param aggregateType its type
 * @param aggregateId its id
 * @param version its version after saving
 * @param snapshotVersion the version of the snapshot that it was loaded from or that was taken since, 0 for none
 */
public record SnapshotCandidate(String aggregateType, UUID aggregateId, long version, long snapshotVersion) {

    /**
     * What loading it now has to read.
     *
     * @return the number of events behind the snapshot
     */
    public long eventsSinceSnapshot() {
        return version - snapshotVersion;
    }
}
