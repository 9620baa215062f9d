package io.eventsource.store;

import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.EventStore.StreamPayloads;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The stored snapshots: at most one for each stream. They only save work, so that deleting any of them is safe at any time.
 * Thread-safe; takes part in the calling thread's transaction as the {@link EventStore} does.
 */
public interface SnapshotRepository {

    /**
     * The snapshots in PostgreSQL. No connection is opened.
     *
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     * @return the repository
     */
    static SnapshotRepository postgres(DataSource dataSource, EventSourceSchema schema) {
        return new PostgresSnapshotRepository(dataSource, schema);
    }

    /**
     * Stores a snapshot in place of an older one. A newer one stays, however many write at the same time.
     *
     * @param snapshot the snapshot; its time is not looked at, the database's clock counts
     * @param replaced the event id of a snapshot that is replaced even when its version is higher, because the log does not
     *     hold its event; null for none
     * @return whether it was stored
     */
    boolean store(StreamSnapshot snapshot, @Nullable UUID replaced);

    /**
     * The snapshot of a stream, whether it can be used or not.
     *
     * @param aggregateId the stream
     * @return the snapshot, or empty
     */
    Optional<StreamSnapshot> find(UUID aggregateId);

    /**
     * Deletes the snapshot of a stream.
     *
     * @param aggregateId the stream
     * @return whether there was one
     */
    boolean delete(UUID aggregateId);

    /**
     * Deletes all snapshots of a type, as after mending how its events are folded. Reads the whole table.
     *
     * @param aggregateType the type
     * @return how many there were
     */
    int deleteAll(String aggregateType);

    /**
     * Deletes the snapshots of a type whose state has a certain shape. Reads the whole table.
     *
     * @param aggregateType the type
     * @param stateVersion the version of the shape
     * @return how many there were
     */
    int deleteAll(String aggregateType, int stateVersion);

    /**
     * The state of an aggregate after some of its events, as the store keeps it. A stream has at most one.
     *
     * @param aggregateId the stream
     * @param aggregateType the stream's type
     * @param version the version of the last event that is in the state, 1 or more
     * @param eventId that event's id: the snapshot counts only as long as the log holds this event at this version
     * @param stateVersion the version of the state's shape
     * @param state the state as JSON text
     * @param takenAt when it was stored, by the database's clock
     */
    public record StreamSnapshot(
            UUID aggregateId,
            String aggregateType,
            long version,
            UUID eventId,
            int stateVersion,
            String state,
            Instant takenAt) {

        /**
         * Checks the version.
         *
         * @throws IllegalArgumentException when the version is not positive
         */
        public StreamSnapshot {
            Objects.requireNonNull(aggregateId, "aggregateId");
            Objects.requireNonNull(eventId, "eventId");
            if (version < 1) {
                throw new IllegalArgumentException("A snapshot's version must be 1 or more, but it is " + version);
            }
        }

        /** This snapshot for somebody who may know of it, but not what is in it. */
        StreamSnapshot withoutState() {
            return new StreamSnapshot(aggregateId, aggregateType, version, eventId, stateVersion, "null", takenAt);
        }
    }

    /**
     * A stream as it is read with its snapshot.
     *
     * @param snapshot the stream's snapshot, or null when it has none
     * @param fitness whether the snapshot may be used; {@link Fitness#FIT} when there is none
     * @param events the payloads of the events behind the snapshot when it is fit, otherwise all events; oldest first
     */
    public record SnapshottedStream(@Nullable StreamSnapshot snapshot, Fitness fitness, StreamPayloads events) {

        /** Whether a snapshot fits its stream. */
        public enum Fitness {
            /** It may be used. */
            FIT,
            /** Its state has another shape than the one asked for. */
            OUTDATED,
            /**
             * The log does not hold the event that it was taken at: the log was restored to an earlier time, and may have
             * grown in another way since.
             */
            AHEAD
        }
    }
}
