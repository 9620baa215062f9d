package io.eventsource.subscription;

import io.eventsource.schema.EventSourceSchema;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** What has been said of subscriptions to all instances. Each operation commits by itself. */
final class ControlRepository {

    /** Who says it first is remembered. */
    private static final String PAUSE =
            """
            INSERT INTO {schema}.subscription_controls AS s (projection_name, changes, paused_at, paused_by, pause_reason)
            VALUES (?, 1, clock_timestamp(), ?, ?)
            ON CONFLICT (projection_name) DO UPDATE
               SET changes = s.changes + 1,
                   paused_at = coalesce(s.paused_at, excluded.paused_at),
                   paused_by = CASE WHEN s.paused_at IS NULL THEN excluded.paused_by ELSE s.paused_by END,
                   pause_reason = CASE WHEN s.paused_at IS NULL THEN excluded.pause_reason ELSE s.pause_reason END
            RETURNING s.changes, s.paused_at, s.paused_by, s.pause_reason""";

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

    SubscriptionControl pause(String subscription, String by, @Nullable String reason) {
        return first(PAUSE, subscription, by, reason);
    }

    SubscriptionControl resume(String subscription, String by) {
        return first(RESUME, subscription, by);
    }

    private SubscriptionControl first(String sql, @Nullable Object... arguments) {
        return detached.query(schema.sql(sql), (row, number) -> control(row, 1), arguments)
                .get(0);
    }

    /** Reads the columns that both statements return, from a column on; all null where nobody has said anything. */
    static SubscriptionControl control(ResultSet row, int column) throws SQLException {
        OffsetDateTime since = row.getObject(column + 1, OffsetDateTime.class);
        return new SubscriptionControl(
                row.getLong(column),
                since == null
                        ? null
                        : new SubscriptionStatus.Pause(
                                since.toInstant(), row.getString(column + 2), row.getString(column + 3)));
    }
}
