package io.eventsource.store;

import io.eventsource.jdbc.DetachedJdbc;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.SnapshotRepository.StreamSnapshot;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;

/** Keeps one row for each stream. */
final class PostgresSnapshotRepository implements SnapshotRepository {

    /**
     * In a commit of its own the statement has that commit not wait for the disk, so that snapshots do not slow down the
     * commits beside them: a crash may lose one, and never keeps one whose events it loses. The setting ends with the
     * transaction.
     */
    private static final String OWN_COMMIT = " WHERE pg_catalog.set_config('synchronous_commit', 'off', true) = 'off'";

    private static final String INSERT =
            """
            INSERT INTO {schema}.snapshots AS s (aggregate_id, aggregate_type, version, event_id, schema_version, state)
            SELECT ?, ?, ?, ?, ?, ?::jsonb""";

    // with the same version the state is the same, unless the one that is there cannot be read
    private static final String UNLESS_NEWER =
            """

            ON CONFLICT (aggregate_id) DO UPDATE
               SET aggregate_type = excluded.aggregate_type, version = excluded.version, event_id = excluded.event_id,
                   schema_version = excluded.schema_version, state = excluded.state, created_at = clock_timestamp()
             WHERE s.version <= excluded.version OR s.event_id = ?""";

    private static final String STORE = INSERT + UNLESS_NEWER;

    private static final String STORE_IN_OWN_COMMIT = INSERT + OWN_COMMIT + UNLESS_NEWER;

    private static final String FIND =
            """
            SELECT aggregate_id, aggregate_type, version, event_id, schema_version, state, created_at
              FROM {schema}.snapshots
             WHERE aggregate_id = ?""";

    private static final String DELETE = "DELETE FROM {schema}.snapshots WHERE aggregate_id = ?";

    private static final String DELETE_TYPE = "DELETE FROM {schema}.snapshots WHERE aggregate_type = ?";

    private static final String DELETE_STATE_VERSION = DELETE_TYPE + " AND schema_version = ?";

    private final TransactionParticipation participation;
    private final JdbcOperations joining;
    private final JdbcOperations detached;
    private final EventSourceSchema schema;

    PostgresSnapshotRepository(DataSource dataSource, EventSourceSchema schema) {
        this.participation = new TransactionParticipation(dataSource);
        this.joining = new JdbcTemplate(dataSource);
        this.detached = DetachedJdbc.on(dataSource);
        this.schema = schema;
    }

    @Override
    public boolean store(StreamSnapshot snapshot, @Nullable UUID replaced) {
        boolean joined = participation.running();
        return (joined ? joining : detached)
                        .update(
                                schema.sql(joined ? STORE : STORE_IN_OWN_COMMIT),
                                snapshot.aggregateId(),
                                snapshot.aggregateType(),
                                snapshot.version(),
                                snapshot.eventId(),
                                snapshot.stateVersion(),
                                snapshot.state(),
                                replaced)
                > 0;
    }

    @Override
    public Optional<StreamSnapshot> find(UUID aggregateId) {
        return jdbc().query(schema.sql(FIND), PostgresSnapshotRepository::map, aggregateId).stream()
                .findFirst();
    }

    private static StreamSnapshot map(ResultSet row, int number) throws SQLException {
        return new StreamSnapshot(
                row.getObject(1, UUID.class),
                row.getString(2),
                row.getLong(3),
                row.getObject(4, UUID.class),
                row.getInt(5),
                row.getString(6),
                row.getObject(7, OffsetDateTime.class).toInstant());
    }

    @Override
    public boolean delete(UUID aggregateId) {
        return jdbc().update(schema.sql(DELETE), aggregateId) > 0;
    }

    @Override
    public int deleteAll(String aggregateType) {
        return jdbc().update(schema.sql(DELETE_TYPE), aggregateType);
    }

    @Override
    public int deleteAll(String aggregateType, int stateVersion) {
        return jdbc().update(schema.sql(DELETE_STATE_VERSION), aggregateType, stateVersion);
    }

    private JdbcOperations jdbc() {
        return participation.running() ? joining : detached;
    }
}
