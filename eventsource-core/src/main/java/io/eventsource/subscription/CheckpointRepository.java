package io.eventsource.subscription;

import io.eventsource.EventSourceException;
import io.eventsource.event.StoredEvent;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.subscription.BatchSource.Batch;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/** The rows of {@code projection_checkpoints}. */
final class CheckpointRepository {

    private static final int SEGMENT = 0;

    private static final String CREATE =
            """
            INSERT INTO {schema}.projection_checkpoints (projection_name, segment, position)
            VALUES (?, ?, ?) ON CONFLICT DO NOTHING""";

    private static final String LOAD =
            "SELECT position, epoch FROM {schema}.projection_checkpoints WHERE projection_name = ? AND segment = ?";

    /**
     * Epoch and position in one row and one statement: whoever comes second finds another position and changes nothing. Nor does
     * whoever has events of a log that the server may have lost since.
     */
    private static final String ADVANCE =
            """
            UPDATE {schema}.projection_checkpoints
               SET position = ?, events_processed = events_processed + ?,
                   last_event_id = coalesce(?, last_event_id), last_event_type = coalesce(?, last_event_type),
                   last_processed_at = CASE WHEN ? THEN clock_timestamp() ELSE last_processed_at END,
                   updated_at = clock_timestamp()
             WHERE projection_name = ? AND segment = ? AND epoch = ? AND position = ?
               AND (SELECT i.incarnation FROM {schema}.log_incarnation AS i) IS NOT DISTINCT FROM ?::uuid""";

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

    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;

    CheckpointRepository(JdbcOperations jdbc, EventSourceSchema schema) {
        this.jdbc = jdbc;
        this.schema = schema;
    }

    /** The checkpoint, if there is one. */
    Optional<Checkpoint> find(String name) {
        return jdbc
                .query(schema.sql(LOAD), (row, number) -> new Checkpoint(row.getLong(1), row.getLong(2)), name, SEGMENT)
                .stream()
                .findFirst();
    }

    /** Makes the checkpoint, or finds the one that somebody else has just made. */
    Checkpoint create(String name, long position) {
        jdbc.update(schema.sql(CREATE), name, SEGMENT, position);
        return find(name)
                .orElseThrow(() -> new EventSourceException(
                        "The checkpoint of '%s' was removed while it was being made".formatted(name)));
    }

    /**
     * Moves the checkpoint, as the last statement of the batch's transaction.
     *
     * @param batch what was handled, or passed
     * @param repeatable whether the transaction holds nothing but what handling the batch again would bring back
     * @return whether the checkpoint was where the caller thought; if not, the caller must roll back
     */
    boolean advance(String name, Checkpoint from, Batch batch, boolean repeatable) {
        List<TailEvent> events = batch.events();
        StoredEvent last =
                events.isEmpty() ? null : events.get(events.size() - 1).stored();
        return jdbc.update(
                        schema.sql(repeatable ? ADVANCE_REPEATABLE : ADVANCE),
                        batch.nextPosition(),
                        events.size(),
                        last == null ? null : last.eventId(),
                        last == null ? null : last.eventType(),
                        last != null,
                        name,
                        SEGMENT,
                        from.epoch(),
                        from.position(),
                        batch.incarnation())
                == 1;
    }
}
