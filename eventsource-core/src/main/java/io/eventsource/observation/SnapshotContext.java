package io.eventsource.observation;

import io.eventsource.store.StreamSnapshot;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/** A snapshot that is stored. */
public final class SnapshotContext extends Observation.Context {

    private final StreamSnapshot snapshot;
    private @Nullable Boolean stored;

    SnapshotContext(StreamSnapshot snapshot) {
        this.snapshot = snapshot;
    }

    /**
     * What is stored.
     *
     * @return the snapshot
     */
    public StreamSnapshot snapshot() {
        return snapshot;
    }

    /**
     * Whether it was stored.
     *
     * @return false when a newer one was there; null before the answer, and when there is none
     */
    public @Nullable Boolean stored() {
        return stored;
    }

    void answered(boolean stored) {
        this.stored = stored;
    }
}
