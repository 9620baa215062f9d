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
    @Nullable SubscriptionControl pause(String subscription, OperatorNote note) {
        return first(PAUSE, subscription, note.operator(), note.reason());
    }

    SubscriptionControl resume(String subscription, OperatorNote note) {
        return Objects.requireNonNull(first(RESUME, subscription, note.operator()));
    }

    /** Returns null where nobody has said anything. */
    @Nullable SubscriptionControl find(String subscription) {
        return first(FIND, subscription);
    }

    private @Nullable SubscriptionControl first(String sql, @Nullable Object... arguments) {
        return detached.query(schema.sql(sql), (row, number) -> control(row, 1), arguments).stream()
                .findFirst()
                .orElse(null);
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
