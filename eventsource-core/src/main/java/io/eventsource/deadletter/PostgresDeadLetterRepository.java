package io.eventsource.deadletter;

import io.eventsource.deadletter.DeadLetterRepository.Statistics.Counts;
import io.eventsource.event.OperatorNote;
import io.eventsource.log.EventColumns;
import io.eventsource.log.EventColumns.Conditions;
import io.eventsource.log.PageBytes;
import io.eventsource.payload.StoredJson;
import io.eventsource.schema.EventSourceSchema;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowCallbackHandler;

/** The rows of {@code dead_letter_queue}. */
final class PostgresDeadLetterRepository implements DeadLetterRepository {

    private static final int DELETE_AT_ONCE = 10_000;

    /**
     * All columns that the mapper reads; payloads and headers with more than their share of a page are left in the database, and of texts of
     * errors only the beginning is read.
     */
    private static final String LIST =
            """
            SELECT id, projection_name, position, message_position, event_id, aggregate_id, message_aggregate_id,
                   aggregate_type, version, event_type, revision, event_timestamp, event_created_at, {texts},
                   status, error_type, left(error_message, ?) AS error_message,
                   left(error_stacktrace, ?) AS error_stacktrace,
                   error_category, error_severity, retry_count, replay_count, first_failed_at, last_failed_at,
                   next_attempt_at, resolved_at, resolved_by, resolution_note, edited_at, edited_by, edit_reason,
                   message_source, message_id, message_key, message_partition, message_place,
                   CASE WHEN pg_column_size(metadata) <= ?
                        THEN CASE WHEN octet_length(metadata::text) <= ? THEN metadata END END AS metadata,
                   CASE WHEN pg_column_size(event_data) <= ?
                        THEN CASE WHEN octet_length(event_data::text) <= ? THEN event_data END END AS event_data,
                   CASE WHEN pg_column_size(original_data) <= ?
                        THEN CASE WHEN octet_length(original_data::text) <= ? THEN original_data END END AS original_data
              FROM {schema}.dead_letter_queue WHERE id > ?"""
                    .replace("{texts}", EventColumns.list(EventColumns.TEXTS, "%s"));

    private static final String FIND = "SELECT * FROM {schema}.dead_letter_queue WHERE id = ?";

    private static final String STATISTICS =
            """
            SELECT projection_name,
                   count(*) FILTER (WHERE status = 'failed'), count(*) FILTER (WHERE status = 'waiting'),
                   count(*) FILTER (WHERE status = 'retrying'),
                   min(first_failed_at) FILTER (WHERE status <> 'waiting')
              FROM {schema}.dead_letter_queue WHERE status IN ('failed', 'waiting', 'retrying')
             GROUP BY projection_name""";

    private static final String MARK_RETRYING =
            """
            UPDATE {schema}.dead_letter_queue SET status = 'retrying', next_attempt_at = clock_timestamp()
             WHERE id = ? AND status = 'failed'""";

    private static final String CLOSE = "SELECT {schema}.close_dead_letter(?, ?, ?, ?, 0)";

    private static final String EDIT =
            """
            UPDATE {schema}.dead_letter_queue
               SET event_data = ?::jsonb, original_data = coalesce(original_data, event_data), edited_at = clock_timestamp(),
                   edited_by = ?, edit_reason = ?
             WHERE id = ? AND status IN ('failed', 'waiting', 'retrying')""";

    private static final String DELETE =
            """
            DELETE FROM {schema}.dead_letter_queue
             WHERE id IN (SELECT id FROM {schema}.dead_letter_queue
                           WHERE status IN ('resolved', 'discarded')
                             AND resolved_at < clock_timestamp() - ? * interval '1 millisecond'
                           LIMIT ?)""";

    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;
    private final DeadLetterMapper mapper = new DeadLetterMapper();

    PostgresDeadLetterRepository(DataSource dataSource, EventSourceSchema schema) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.schema = schema;
    }

    @Override
    public Optional<DeadLetter> find(long id) {
        return jdbc.query(schema.sql(FIND), mapper, id).stream().findFirst();
    }

    @Override
    public List<DeadLetter> list(DeadLetterRepository.Filter filter, long afterId, int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new IllegalArgumentException("A page has 1 to %d entries, not %d".formatted(MAX_PAGE, limit));
        }
        Conditions where = DeadLetterSql.of(filter);
        long share = PageBytes.byHeap() / limit / 4;
        int letters = (int) Math.min(share, Integer.MAX_VALUE);
        List<Object> arguments =
                new ArrayList<>(List.of(letters, letters, share, share, share, share, share, share, afterId));
        arguments.addAll(where.arguments());
        arguments.add(limit);
        return jdbc.query(schema.sql(LIST + where.sql() + " ORDER BY id LIMIT ?"), mapper, arguments.toArray());
    }

    @Override
    public DeadLetterRepository.Statistics statistics() {
        Map<String, Counts> counts = new HashMap<>();
        jdbc.query(schema.sql(STATISTICS), (RowCallbackHandler) row -> {
            OffsetDateTime oldest = row.getObject(5, OffsetDateTime.class);
            counts.put(
                    row.getString(1),
                    new Counts(
                            row.getLong(2),
                            row.getLong(3),
                            row.getLong(4),
                            oldest == null ? null : oldest.toInstant()));
        });
        return DeadLetterRepository.Statistics.of(counts);
    }

    @Override
    public boolean markRetrying(long id) {
        return jdbc.update(schema.sql(MARK_RETRYING), id) > 0;
    }

    @Override
    public boolean resolve(long id, String operator, String note) {
        return close(id, DeadLetter.Status.RESOLVED, new OperatorNote(operator, note));
    }

    @Override
    public boolean discard(long id, String operator, String reason) {
        return close(id, DeadLetter.Status.DISCARDED, new OperatorNote(operator, reason));
    }

    private boolean close(long id, DeadLetter.Status status, OperatorNote note) {
        return Boolean.TRUE.equals(jdbc.queryForObject(
                schema.sql(CLOSE), Boolean.class, id, status.stored(), note.operator(), note.reason()));
    }

    @Override
    public boolean edit(long id, String payload, String operator, String reason) {
        OperatorNote note = new OperatorNote(operator, reason);
        StoredJson.require("payload", payload);
        return jdbc.update(schema.sql(EDIT), payload, note.operator(), note.reason(), id) > 0;
    }

    @Override
    public int deleteClosed(Duration age) {
        int deleted = 0;
        int last;
        do {
            last = jdbc.update(schema.sql(DELETE), age.toMillis(), DELETE_AT_ONCE);
            deleted += last;
        } while (last == DELETE_AT_ONCE);
        return deleted;
    }
}
