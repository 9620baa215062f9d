package io.eventsource.subscription;

import io.eventsource.event.OperatorNote;
import io.eventsource.schema.EventSourceSchema;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** What has been said of subscriptions to all instances. Each operation commits by itself. */
final class ControlRepository {

    /** Returns nothing where it is paused already: who pauses it first is remembered. */
    private static final String PAUSE =
            """
            INSERT INTO {schema}.subscription_controls AS s (projection_name, changes, paused_at, paused_by, pause_reason)
            VALUES (?, 1, clock_timestamp(), ?, ?)
            ON CONFLICT (projection_name) DO UPDATE
               SET changes = s.changes + 1, paused_at = excluded.paused_at,
                   paused_by = excluded.paused_by, pause_reason = excluded.pause_reason
             WHERE s.paused_at IS NULL
            RETURNING s.changes, s.paused_at, s.paused_by, s.pause_reason""";

    private static final String FIND =
            """
            SELECT changes, paused_at, paused_by, pause_reason
              FROM {schema}.subscription_controls WHERE projection_name = ?""";

    private static final String RESUME =
            """
            INSERT INTO {schema}.subscription_controls AS s (projection_name, changes, resumed_at, resumed_by)
            VALUES (?, 1, clock_timestamp(), ?)
            ON CONFLICT (projection_name) DO UPDATE
               SET changes = s.changes + 1, paused_at = NULL, paused_by = NULL, pause_reason = NULL,
                   resumed_at = excluded.resumed_at, resumed_by = excluded.resumed_by
            RETURNING s.changes, s.paused_at, s.paused_by, s.pause_reason""";

    private final JdbcOperations detached;
    private final EventSourceSchema schema;

    ControlRepository(JdbcOperations detached, EventSourceSchema schema) {
        this.detached = detached;
        this.schema = schema;
    }

    /** Returns null where it is paused already. */
    ControlRepository.@Nullable Control pause(String subscription, OperatorNote note) {
        return first(PAUSE, subscription, note.operator(), note.reason());
    }

    ControlRepository.Control resume(String subscription, OperatorNote note) {
        return Objects.requireNonNull(first(RESUME, subscription, note.operator()));
    }

    /** Returns null where nobody has said anything. */
    ControlRepository.@Nullable Control find(String subscription) {
        return first(FIND, subscription);
    }

    private ControlRepository.@Nullable Control first(String sql, @Nullable Object... arguments) {
        return detached.query(schema.sql(sql), (row, number) -> control(row, 1), arguments).stream()
                .findFirst()
                .orElse(null);
    }

    /** Reads the columns that both statements return, from a column on; all null where nobody has said anything. */
    static Control control(ResultSet row, int column) throws SQLException {
        OffsetDateTime since = row.getObject(column + 1, OffsetDateTime.class);
        return new Control(
                row.getLong(column),
                since == null
                        ? null
                        : new SubscriptionStatus.Pause(
                                since.toInstant(), row.getString(column + 2), row.getString(column + 3)));
    }

    /**
     * What has been said of a subscription to all instances.
     *
     * @param changes how often something has been said; a lower number is older news
     * @param pause that it is to handle nothing, or null
     */
    record Control(long changes, SubscriptionStatus.@Nullable Pause pause) {

        /** Nobody has said anything. */
        static final Control NONE = new Control(0, null);
    }
}
