package io.eventsource.store;

import io.eventsource.schema.EventSourceSchema;
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
}
