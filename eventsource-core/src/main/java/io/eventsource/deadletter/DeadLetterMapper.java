package io.eventsource.deadletter;

import io.eventsource.deadletter.DeadLetter.Attempts;
import io.eventsource.deadletter.DeadLetter.Edit;
import io.eventsource.deadletter.DeadLetter.Failure;
import io.eventsource.deadletter.DeadLetter.Message;
import io.eventsource.deadletter.DeadLetter.Resolution;
import io.eventsource.error.ErrorClassification;
import io.eventsource.event.EventHeader;
import io.eventsource.event.EventRevision;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.EventColumns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;

/** Reads rows of the dead-letter queue by the names of their columns. */
final class DeadLetterMapper implements RowMapper<DeadLetter> {

    /** No payload is an empty text. */
    private static final String LEFT_OUT = "";

    @Override
    public DeadLetter mapRow(ResultSet row, int rowNumber) throws SQLException {
        Message message = message(row);
        return new DeadLetter(
                row.getLong("id"),
                row.getString("projection_name"),
                event(row, message == null ? "" : "message_"),
                DeadLetter.Status.of(row.getString("status")),
                failure(row),
                new Attempts(
                        row.getInt("retry_count"),
                        row.getInt("replay_count"),
                        time(row, "first_failed_at"),
                        time(row, "last_failed_at"),
                        timeOrNull(row, "next_attempt_at")),
                resolution(row),
                edit(row),
                message);
    }

    /** A message keeps in columns of their own what its place in the queue takes the others for. */
    private static StoredEvent event(ResultSet row, String prefix) throws SQLException {
        return new StoredEvent(
                new EventHeader(
                        row.getLong(prefix + "position"),
                        row.getObject("event_id", UUID.class),
                        row.getObject(prefix + "aggregate_id", UUID.class),
                        row.getString("aggregate_type"),
                        row.getLong("version"),
                        new EventRevision(row.getString("event_type"), row.getShort("revision")),
                        time(row, "event_timestamp"),
                        time(row, "event_created_at"),
                        EventColumns.metadata(row)),
                Objects.requireNonNullElse(row.getString("event_data"), LEFT_OUT));
    }

    private static @Nullable Failure failure(ResultSet row) throws SQLException {
        String type = row.getString("error_type");
        if (type == null) {
            return null;
        }
        String category = row.getString("error_category");
        String severity = row.getString("error_severity");
        return new Failure(
                type,
                row.getString("error_message"),
                row.getString("error_stacktrace"),
                category == null ? null : ErrorClassification.Category.valueOf(category),
                severity == null ? null : ErrorClassification.Severity.valueOf(severity));
    }

    private static @Nullable Resolution resolution(ResultSet row) throws SQLException {
        Instant at = timeOrNull(row, "resolved_at");
        return at == null ? null : new Resolution(at, row.getString("resolved_by"), row.getString("resolution_note"));
    }

    private static @Nullable Edit edit(ResultSet row) throws SQLException {
        Instant at = timeOrNull(row, "edited_at");
        return at == null
                ? null
                : new Edit(
                        Objects.requireNonNullElse(row.getString("original_data"), LEFT_OUT),
                        at,
                        row.getString("edited_by"),
                        row.getString("edit_reason"));
    }

    private static @Nullable Message message(ResultSet row) throws SQLException {
        String source = row.getString("message_source");
        return source == null
                ? null
                : new Message(
                        source,
                        row.getString("message_id"),
                        row.getString("message_key"),
                        row.getString("message_partition"),
                        row.getString("message_place"));
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(timeOrNull(row, column), column);
    }

    private static @Nullable Instant timeOrNull(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
