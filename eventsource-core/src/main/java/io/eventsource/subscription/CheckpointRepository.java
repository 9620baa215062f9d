package io.eventsource.subscription;

import io.eventsource.event.StoredEvent;
import io.eventsource.schema.EventSourceSchema;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** The rows of {@code projection_checkpoints}. */
final class CheckpointRepository {

    private static final int SEGMENT = 0;

    private static final String CREATE =
            """
            INSERT INTO {schema}.projection_checkpoints (projection_name, segment, position)
            VALUES (?, ?, 0) ON CONFLICT DO NOTHING""";

    private static final String LOAD =
            "SELECT position, epoch FROM {schema}.projection_checkpoints WHERE projection_name = ? AND segment = ?";

    /** Epoch and position in one row and one statement: whoever comes second finds another position and changes nothing. */
    private static final String ADVANCE =
            """
            UPDATE {schema}.projection_checkpoints
               SET position = ?, events_processed = events_processed + ?,
                   last_event_id = coalesce(?, last_event_id), last_event_type = coalesce(?, last_event_type),
                   last_processed_at = CASE WHEN ? THEN clock_timestamp() ELSE last_processed_at END,
                   updated_at = clock_timestamp()
             WHERE projection_name = ? AND segment = ? AND epoch = ? AND position = ?""";

    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;

    CheckpointRepository(JdbcOperations jdbc, EventSourceSchema schema) {
        this.jdbc = jdbc;
        this.schema = schema;
    }

    /** The checkpoint, made at the beginning of the log when there is none. */
    Checkpoint open(String name) {
        jdbc.update(schema.sql(CREATE), name, SEGMENT);
        return jdbc.query(
                        schema.sql(LOAD),
                        (row, number) -> new Checkpoint(row.getLong(1), row.getLong(2)),
                        name,
                        SEGMENT)
                .get(0);
    }

    /**
     * Moves the checkpoint, as the last statement of the batch's transaction.
     *
     * @param events how many events were handled
     * @param last the last of them, or null when the positions passed held nothing for this subscription
     * @return whether the checkpoint was where the caller thought; if not, the caller must roll back
     */
    boolean advance(String name, Checkpoint from, long to, int events, @Nullable StoredEvent last) {
        return jdbc.update(
                        schema.sql(ADVANCE),
                        to,
                        events,
                        last == null ? null : last.eventId(),
                        last == null ? null : last.eventType(),
                        last != null,
                        name,
                        SEGMENT,
                        from.epoch(),
                        from.position())
                == 1;
    }
}
