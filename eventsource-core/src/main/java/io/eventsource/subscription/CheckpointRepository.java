package io.eventsource.subscription;

import io.eventsource.batch.BatchTransaction;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.Bucket;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.subscription.BatchSource.Batch;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** How far each segment is: the part of {@code projection_checkpoints} that batches use. */
final class CheckpointRepository {

    /** The columns of a {@link Checkpoint}, in its order. */
    static final String COLUMNS = "segment, last_bucket, epoch, position, merge_at, rebuild_until";

    private static final String FIND =
            """
            SELECT %s FROM {schema}.projection_checkpoints
             WHERE projection_name = ? AND segment = ? AND owner = ? FOR KEY SHARE"""
                    .formatted(COLUMNS);

    /**
     * Epoch and position in one row and one statement: whoever comes second finds another position and changes nothing. Nor does
     * whoever has events of a log that the server may have lost since. Who finds the row locked does not wait: it is being taken
     * over, cut, merged or reset, and a reset may wait for what this batch has locked in the read model. Whoever finds that the transaction
     * is not the one that {@link #BEGUN} was said in changes nothing either.
     */
    private static final String ADVANCE =
            """
            UPDATE {schema}.projection_checkpoints AS c
               SET position = ?, events_processed = c.events_processed + ?,
                   last_event_id = coalesce(?, c.last_event_id), last_event_type = coalesce(?, c.last_event_type),
                   last_processed_at = CASE WHEN ? THEN clock_timestamp() ELSE c.last_processed_at END,
                   updated_at = clock_timestamp()
              FROM (SELECT projection_name, segment FROM {schema}.projection_checkpoints
                     WHERE projection_name = ? AND segment = ? AND epoch = ? AND position = ?
                       FOR NO KEY UPDATE SKIP LOCKED) AS mine
             WHERE c.projection_name = mine.projection_name AND c.segment = mine.segment
               AND (SELECT i.incarnation FROM {schema}.log_incarnation AS i) IS NOT DISTINCT FROM ?::uuid
               AND (NOT ? OR pg_catalog.current_setting('%s', true) IS NOT DISTINCT FROM 'begun')"""
                    .formatted(BatchTransaction.MARK);

    /**
     * The commit of this transaction does not wait for the disk: what a crash loses of it is handled again, effects and
     * checkpoint together. {@code remote_apply} stays, since whoever sets it reads what was handled on a standby.
     */
    private static final String REPEATABLE =
            """

               AND pg_catalog.set_config('synchronous_commit',
                       CASE pg_catalog.current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'off' END,
                       true) IS NOT NULL""";

    private static final String ADVANCE_REPEATABLE = ADVANCE + REPEATABLE;

    /** Ends with the transaction, also where the handler ends it on the connection itself. */
    private static final String BEGUN = "pg_catalog.set_config('%s', 'begun', true)".formatted(BatchTransaction.MARK);

    private static final String IS_BEGUN = "SELECT pg_catalog.current_setting('%s', true) IS NOT DISTINCT FROM 'begun'"
            .formatted(BatchTransaction.MARK);

    private static final String LIMIT_SILENCE = "pg_catalog.set_config('idle_in_transaction_session_timeout', ?, true)";

    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;
    private final Duration silence;

    /**
     * Creates a repository.
     *
     * @param silence how long the client of a transaction may say nothing before the server ends it
     */
    CheckpointRepository(JdbcOperations jdbc, EventSourceSchema schema, Duration silence) {
        this.jdbc = jdbc;
        this.schema = schema;
        this.silence = silence;
    }

    /** The checkpoint of a segment, if it is still there and its owner's. Waits for who is cutting, merging or resetting it. */
    Optional<Checkpoint> find(String name, int segment, UUID owner) {
        return jdbc.query(schema.sql(FIND), (row, number) -> checkpoint(row, 1), name, segment, owner).stream()
                .findFirst();
    }

    /** Reads {@link #COLUMNS} from a column on. */
    static Checkpoint checkpoint(ResultSet row, int column) throws SQLException {
        return new Checkpoint(
                new Bucket.Range(row.getInt(column), row.getInt(column + 1)),
                row.getLong(column + 2),
                row.getLong(column + 3),
                row.getObject(column + 4, Long.class),
                row.getObject(column + 5, Long.class));
    }

    /** Has the server end the running transaction when its client says nothing for too long. Ends with the transaction. */
    void limitSilence() {
        limitSilence(jdbc, silence);
    }

    static void limitSilence(JdbcOperations jdbc, Duration silence) {
        jdbc.queryForObject("SELECT " + LIMIT_SILENCE, String.class, String.valueOf(silence.toMillis()));
    }

    /**
     * Limits the silence of a batch's transaction, and has rebuilds of the projection wait for its end: the batch locks what it
     * writes and in the end its checkpoint, a rebuild all checkpoints and then what a reset handler wants, so that the two would end up waiting for
     * each other. The first statement of the transaction. Waits for a rebuild that is being set back.
     */
    void beginBatch(String name) {
        begin("pg_advisory_xact_lock_shared", name);
    }

    /** The same for the transaction that sets a projection back: waits for the batches under way, and lets none begin. */
    void beginReset(String name) {
        begin("pg_advisory_xact_lock", name);
    }

    private void begin(String lock, String name) {
        jdbc.query(
                "SELECT %s, %s, pg_catalog.%s(pg_catalog.hashtextextended(?, 0))".formatted(LIMIT_SILENCE, BEGUN, lock),
                row -> {},
                String.valueOf(silence.toMillis()),
                schema.sql("{schema}.projection_checkpoints:") + name);
    }

    /**
     * Moves the checkpoint, as the last statement of the batch's transaction.
     *
     * @param batch what was handled, or passed
     * @param begun whether handlers ran in this transaction, so that it must still be the one that {@link #beginBatch} was called in
     * @param repeatable whether the transaction holds nothing but what handling the batch again would bring back
     * @return whether the checkpoint was where the caller thought; if not, the caller must roll back
     */
    boolean advance(String name, Checkpoint from, Batch batch, boolean begun, boolean repeatable) {
        List<TailEvent> events = batch.events();
        @Nullable StoredEvent last =
                events.isEmpty() ? null : events.get(events.size() - 1).stored();
        return jdbc.update(
                        schema.sql(repeatable ? ADVANCE_REPEATABLE : ADVANCE),
                        batch.nextPosition(),
                        events.size(),
                        last == null ? null : last.eventId(),
                        last == null ? null : last.eventType(),
                        last != null,
                        name,
                        from.segment(),
                        from.epoch(),
                        from.position(),
                        batch.incarnation(),
                        begun)
                == 1;
    }

    /** Whether this is still the transaction that {@link #beginBatch} or {@link #beginReset} was called in. */
    boolean begun() {
        return Boolean.TRUE.equals(jdbc.queryForObject(IS_BEGUN, Boolean.class));
    }
}
