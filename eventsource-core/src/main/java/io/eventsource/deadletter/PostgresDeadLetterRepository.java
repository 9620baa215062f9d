package io.eventsource.deadletter;

import io.eventsource.deadletter.DeadLetterStatistics.Counts;
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
    public List<DeadLetter> list(DeadLetterFilter filter, long afterId, int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new IllegalArgumentException("A page has 1 to %d entries, not %d".formatted(MAX_PAGE, limit));
        }
        DeadLetterSql where = DeadLetterSql.of(filter);
        List<Object> arguments = new ArrayList<>(List.of(afterId));
        arguments.addAll(where.arguments());
        arguments.add(limit);
        return jdbc.query(
                schema.sql("SELECT * FROM {schema}.dead_letter_queue WHERE id > ?" + where.conditions()
                        + " ORDER BY id LIMIT ?"),
                mapper,
                arguments.toArray());
    }

    @Override
    public DeadLetterStatistics statistics() {
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
        return DeadLetterStatistics.of(counts);
    }

    @Override
    public boolean markRetrying(long id) {
        return jdbc.update(schema.sql(MARK_RETRYING), id) > 0;
    }

    @Override
    public boolean resolve(long id, String operator, String note) {
        return close(id, DeadLetterStatus.RESOLVED, operator, "note", note);
    }

    @Override
    public boolean discard(long id, String operator, String reason) {
        return close(id, DeadLetterStatus.DISCARDED, operator, "reason", reason);
    }

    private boolean close(long id, DeadLetterStatus status, String operator, String what, String text) {
        requireText("operator", operator);
        requireText(what, text);
        return Boolean.TRUE.equals(
                jdbc.queryForObject(schema.sql(CLOSE), Boolean.class, id, status.stored(), operator, text));
    }

    @Override
    public boolean edit(long id, String payload, String operator, String reason) {
        requireText("operator", operator);
        requireText("reason", reason);
        return jdbc.update(schema.sql(EDIT), payload, operator, reason, id) > 0;
    }

    private static void requireText(String what, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(
                    "What is done with a dead letter is recorded with who and why, but the %s is blank"
                            .formatted(what));
        }
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
