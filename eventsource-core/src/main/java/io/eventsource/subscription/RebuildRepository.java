package io.eventsource.subscription;

import io.eventsource.schema.EventSourceSchema;
import io.eventsource.subscription.SubscriptionStatuses.RebuildProgress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/** Which projections are being rebuilt, as it stands with their segments. */
final class RebuildRepository {

    private static final String LOCK =
            """
            SELECT rebuild_until IS NOT NULL FROM {schema}.projection_checkpoints
             WHERE projection_name = ? ORDER BY segment FOR UPDATE""";

    /**
     * Epochs rise, so that no batch under way moves a checkpoint that was set back. Parts that were to be merged have come to the
     * same position by that.
     */
    private static final String RESET =
            """
            UPDATE {schema}.projection_checkpoints
               SET position = ?, epoch = epoch + 1, merge_at = CASE WHEN merge_into IS NOT NULL THEN ? END, rebuild_until = ?, rebuild_started_at = clock_timestamp(),
                   events_processed = 0, last_event_id = NULL, last_event_type = NULL, last_processed_at = NULL,
                   updated_at = clock_timestamp()
             WHERE projection_name = ?""";

    private static final String PROGRESS =
            """
            SELECT sum(least(position, rebuild_until) * (last_bucket - segment + 1)) / sum(last_bucket - segment + 1),
                   max(rebuild_until), min(rebuild_started_at),
                   extract(epoch FROM clock_timestamp() - min(rebuild_started_at)) * 1000
              FROM {schema}.projection_checkpoints
             WHERE projection_name = ? AND rebuild_until IS NOT NULL
            HAVING count(*) > 0""";

    /** Waits for nobody. Looks at the row itself once more when it has the lock: somebody may have begun a further rebuild. */
    private static final String FINISH =
            """
            UPDATE {schema}.projection_checkpoints AS c SET rebuild_until = NULL, rebuild_started_at = NULL
              FROM (SELECT projection_name, segment FROM {schema}.projection_checkpoints
                     WHERE projection_name = ? AND position >= rebuild_until
                       AND NOT EXISTS (SELECT FROM {schema}.projection_checkpoints
                                        WHERE projection_name = ? AND position < rebuild_until)
                       FOR NO KEY UPDATE SKIP LOCKED) AS arrived
             WHERE c.projection_name = arrived.projection_name AND c.segment = arrived.segment""";

    private final JdbcOperations jdbc;
    private final JdbcOperations detached;
    private final EventSourceSchema schema;

    RebuildRepository(JdbcOperations jdbc, JdbcOperations detached, EventSourceSchema schema) {
        this.jdbc = jdbc;
        this.detached = detached;
        this.schema = schema;
    }

    /**
     * Locks the segments until the end of the calling thread's transaction, behind the commits of batches under way.
     *
     * @return for each whether it is being rebuilt
     */
    List<Boolean> lock(String name) {
        return jdbc.queryForList(schema.sql(LOCK), Boolean.class, name);
    }

    /** Sets the segments back, in the calling thread's transaction. */
    void reset(String name, long position, long until) {
        jdbc.update(schema.sql(RESET), position, position, until, name);
    }

    Optional<RebuildProgress> progress(String name) {
        return detached.query(schema.sql(PROGRESS), (row, number) -> progress(name, row), name).stream()
                .findFirst();
    }

    private static RebuildProgress progress(String name, ResultSet row) throws SQLException {
        return RebuildProgress.of(
                name,
                row.getLong(1),
                row.getLong(2),
                row.getObject(3, OffsetDateTime.class).toInstant(),
                Duration.ofMillis(row.getLong(4)));
    }

    /** Ends a rebuild that all segments have come to the end of; says whether this call did. */
    boolean finish(String name) {
        return detached.update(schema.sql(FINISH), name, name) > 0;
    }
}
