package io.eventsource.aggregate;

import io.eventsource.snapshot.Snapshots;
import io.eventsource.snapshot.Snapshots.Settings.SnapshotMode;
import io.eventsource.snapshot.Snapshots.SnapshotListener;
import io.eventsource.snapshot.Snapshots.SnapshotPolicy;
import io.eventsource.store.SnapshotRepository.SnapshottedStream.Fitness;
import io.eventsource.store.SnapshotRepository.StreamSnapshot;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

/**
 * The snapshots of one type of aggregate. A snapshot is taken of what the store answers and not of what a command left behind:
 * in the background that is what is committed, and within a transaction what will be committed with the snapshot.
 */
final class StateSnapshots<S> {

    private final String typeName;
    private final int stateVersion;
    private final Class<S> stateClass;
    private final Snapshots.Settings settings;
    private final Snapshots snapshots;

    private StateSnapshots(StateType<S> type, Class<S> stateClass, Snapshots.Settings settings, Snapshots snapshots) {
        this.typeName = type.name();
        this.stateVersion = type.stateVersion();
        this.stateClass = stateClass;
        this.settings = settings;
        this.snapshots = snapshots;
    }

    /** The snapshots of a type, or null when it has none. */
    static <S> @Nullable StateSnapshots<S> of(StateType<S> type, @Nullable Snapshots snapshots) {
        Class<S> stateClass = type.stateClass();
        if (stateClass == null || snapshots == null) {
            return null;
        }
        Snapshots.Settings settings = snapshots.settingsOf(type.name());
        if (settings == null) {
            return null;
        }
        snapshots.proof().prove(List.of(stateClass));
        return new StateSnapshots<>(type, stateClass, settings, snapshots);
    }

    int stateVersion() {
        return stateVersion;
    }

    /** The state in a snapshot, or null when all events have to be read. */
    @Nullable S restore(StreamSnapshot snapshot, Fitness fitness) {
        if (fitness == Fitness.AHEAD) {
            snapshots.warn(
                    typeName,
                    SnapshotListener.Outcome.AHEAD,
                    "the one of %s at version %d is of an event that the log does not hold, reading all events"
                            .formatted(snapshot.aggregateId(), snapshot.version()),
                    null);
            return null;
        }
        if (fitness == Fitness.OUTDATED) {
            snapshots.warn(
                    typeName,
                    SnapshotListener.Outcome.OUTDATED,
                    "the one of %s has a state of version %d instead of %d, reading all events"
                            .formatted(snapshot.aggregateId(), snapshot.stateVersion(), stateVersion),
                    null);
            return null;
        }
        S state;
        try {
            state = snapshots.serializer().deserialize(snapshot.state(), stateClass);
        } catch (RuntimeException unreadable) {
            snapshots.warn(
                    typeName,
                    SnapshotListener.Outcome.UNREADABLE,
                    "the one of %s does not fit %s, reading all events"
                            .formatted(snapshot.aggregateId(), stateClass.getName()),
                    unreadable);
            return null;
        }
        snapshots.count(typeName, SnapshotListener.Outcome.USED);
        return state;
    }

    /** Returns the version of the last snapshot known. */
    long takeIfDue(UUID id, long version, long snapshotVersion, Supplier<@Nullable Folded<S>> load) {
        if (settings.mode() == SnapshotMode.MANUAL || !isDue(id, version, snapshotVersion)) {
            return snapshotVersion;
        }
        if (settings.mode() == SnapshotMode.SYNC) {
            attempt(id, load, snapshots.inTransaction());
        } else {
            snapshots.inBackground(typeName, id, () -> attempt(id, load, false));
        }
        return version;
    }

    private boolean isDue(UUID id, long version, long snapshotVersion) {
        try {
            return settings.policy().isDue(new SnapshotPolicy.Candidate(typeName, id, version, snapshotVersion));
        } catch (RuntimeException failure) {
            failed(id, failure);
            return false;
        }
    }

    private void attempt(UUID id, Supplier<@Nullable Folded<S>> load, boolean inTransaction) {
        try {
            Folded<S> loaded = load.get();
            if (loaded != null) {
                take(id, loaded);
            }
        } catch (DataAccessException failure) {
            if (inTransaction) {
                // PostgreSQL has given the transaction up: its owner must learn why
                throw failure;
            }
            failed(id, failure);
        } catch (RuntimeException failure) {
            failed(id, failure);
        }
    }

    private void failed(UUID id, RuntimeException failure) {
        snapshots.warn(typeName, SnapshotListener.Outcome.FAILED, "none could be taken of " + id, failure);
    }

    /** Stores a snapshot unless there is one at this version or a newer one. */
    boolean take(UUID id, Folded<S> folded) {
        if (folded.version() == folded.snapshotVersion()) {
            return false;
        }
        StreamSnapshot snapshot = new StreamSnapshot(
                id,
                typeName,
                folded.version(),
                folded.lastEvent(),
                stateVersion,
                snapshots.proof().write(folded.state(), stateClass),
                Instant.EPOCH);
        boolean stored = snapshots.repository().store(snapshot, folded.foreignSnapshot());
        snapshots.count(typeName, stored ? SnapshotListener.Outcome.TAKEN : SnapshotListener.Outcome.SUPERSEDED);
        return stored;
    }
}
