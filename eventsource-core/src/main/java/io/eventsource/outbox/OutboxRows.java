package io.eventsource.outbox;

import io.eventsource.EventSourceException;
import io.eventsource.schema.EventSourceSchema;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Rows of {@code event_outbox}, for relays and change data capture that read a table instead of the log: one for each event that leaves and
 * each destination, written by the append itself, whoever appends. Each operation is made of statements that commit by themselves outside a
 * transaction. Thread-safe.
 *
 * <ol>
 *   <li>Which types get rows for which destination is registered in the database. An append writes the rows of what is registered when
 *       its events are inserted; what was appended before gets none.
 *   <li>Rows are written while a trigger is there. Switched on, they stay on for all that append to these tables, until the tables' owner says
 *       {@code SELECT <schema>.outbox_rows(false)}.
 *   <li>A row is {@code pending} until it is marked. A relay of the application's own marks what it has sent ({@code status},
 *       {@code published_at}); rows of destinations that a {@link Publisher} serves are marked by {@link #mark}.
 * </ol>
 */
public final class OutboxRows {

    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** Each waits for a second behind open appends. */
    private static final int ATTEMPTS = 30;

    private static final int AT_ONCE = 10_000;

    private static final String IS_ON =
            """
            SELECT EXISTS (SELECT FROM pg_catalog.pg_trigger
                            WHERE tgrelid = '{schema}.events'::regclass AND tgname = 'events_write_outbox_rows')""";

    private static final String SWITCH_ON = "SELECT {schema}.outbox_rows(true)";

    private static final String REGISTER =
            """
            WITH wanted AS (SELECT DISTINCT u.event_type FROM unnest(?::text[]) AS u (event_type)),
            gone AS (
                DELETE FROM {schema}.event_outbox_routes AS r
                 WHERE r.destination = ? AND NOT EXISTS (SELECT FROM wanted AS w WHERE w.event_type = r.event_type))
            INSERT INTO {schema}.event_outbox_routes (event_type, destination)
            SELECT w.event_type, ? FROM wanted AS w
            ON CONFLICT DO NOTHING""";

    /**
     * What the checkpoint has passed is sent, unless the dead-letter queue knows better. The lowest segment counts. Rows that another
     * instance is marking are left to it.
     */
    private static final String MARK =
            """
            WITH place AS (
                SELECT substr(c.projection_name, length(?) + 1) AS destination, min(c.position) AS position
                  FROM {schema}.projection_checkpoints AS c
                 WHERE c.projection_name = ANY (?)
                 GROUP BY c.projection_name),
            passed AS (
                SELECT o.destination, o.position,
                       CASE WHEN q.status IS NULL OR q.status = 'resolved' THEN 'published'
                            WHEN q.status = 'discarded' THEN 'discarded'
                            WHEN q.status = 'failed' THEN 'failed'
                            ELSE 'pending' END AS status,
                       q.retry_count + 1 AS attempts, q.error_message, q.next_attempt_at
                  FROM place AS p
                  JOIN {schema}.event_outbox AS o
                    ON o.destination = p.destination AND o.position <= p.position AND o.status IN ('pending', 'failed')
                  LEFT JOIN {schema}.dead_letter_queue AS q
                    ON q.projection_name = ? || o.destination AND q.position = o.position
                 WHERE o.status IS DISTINCT FROM CASE WHEN q.status IS NULL OR q.status = 'resolved' THEN 'published'
                                                      WHEN q.status IN ('discarded', 'failed') THEN q.status
                                                      ELSE 'pending' END
                 LIMIT ?
                   FOR UPDATE OF o SKIP LOCKED)
            UPDATE {schema}.event_outbox AS o
               SET status = s.status, attempts = coalesce(s.attempts, 1), last_error = s.error_message,
                   next_attempt_at = s.next_attempt_at,
                   published_at = CASE WHEN s.status IN ('published', 'discarded') THEN clock_timestamp() END
              FROM passed AS s
             WHERE o.destination = s.destination AND o.position = s.position""";

    private static final String DELETE =
            """
            DELETE FROM {schema}.event_outbox AS o
             USING (SELECT d.destination, d.position FROM {schema}.event_outbox AS d
                     WHERE d.published_at < clock_timestamp() - ? * interval '1 millisecond'
                     ORDER BY d.published_at
                     LIMIT ?
                       FOR UPDATE SKIP LOCKED) AS old
             WHERE o.destination = old.destination AND o.position = old.position""";

    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;

    /**
     * Creates it. No connection is opened.
     *
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     */
    public OutboxRows(DataSource dataSource, EventSourceSchema schema) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.schema = schema;
    }

    /**
     * Whether appends write rows.
     *
     * @return whether the trigger is there
     */
    public boolean on() {
        return Boolean.TRUE.equals(jdbc.queryForObject(schema.sql(IS_ON), Boolean.class));
    }

    /**
     * Has appends write rows from now on. Where they do so already, that is all. Otherwise the trigger is made, for which the role must own the
     * tables; appends wait for it a second at most, several times if somebody's append is open meanwhile.
     *
     * @throws EventSourceException when this role may not, or when appends were open for too long
     */
    public void switchOn() {
        for (int attempt = 1; !on(); attempt++) {
            try {
                jdbc.queryForList(schema.sql(SWITCH_ON));
            } catch (DataAccessException failure) {
                String state = failure.getRootCause() instanceof SQLException root ? root.getSQLState() : null;
                if (INSUFFICIENT_PRIVILEGE.equals(state)) {
                    throw new EventSourceException(
                            "Appends do not write rows of event_outbox yet, and this database user may not change that. Have the owner of the tables run %s once."
                                    .formatted(schema.sql(SWITCH_ON)),
                            failure);
                }
                if (!LOCK_NOT_AVAILABLE.equals(state)) {
                    throw failure;
                }
                if (attempt == ATTEMPTS) {
                    throw new EventSourceException(
                            "Appends do not write rows of event_outbox yet: transactions that append were open for %d seconds. Start again, or have the owner of the tables run %s when it is quiet."
                                    .formatted(ATTEMPTS, schema.sql(SWITCH_ON)),
                            failure);
                }
            }
        }
    }

    /**
     * Says which events get a row for a destination from now on, in place of what was said before. Of other destinations nothing changes.
     *
     * @param destination its name
     * @param storedNames the names that the events are stored under
     */
    public void register(String destination, Set<String> storedNames) {
        jdbc.update(schema.sql(REGISTER), storedNames.toArray(String[]::new), destination, destination);
    }

    /**
     * Marks rows of destinations that publishers serve by what has become of them: published, failed, waiting again, or discarded; 10,000 at a
     * time.
     *
     * @param destinations their names
     * @return how many rows were marked
     */
    public int mark(Collection<String> destinations) {
        String[] names =
                destinations.stream().map(name -> Publisher.NAME_PREFIX + name).toArray(String[]::new);
        int marked = 0;
        int last;
        do {
            last = jdbc.update(schema.sql(MARK), Publisher.NAME_PREFIX, names, Publisher.NAME_PREFIX, AT_ONCE);
            marked += last;
        } while (last == AT_ONCE);
        return marked;
    }

    /**
     * Deletes rows that were published or discarded long enough ago, 10,000 at a time.
     *
     * @param age how long ago
     * @return how many
     */
    public int deletePublished(Duration age) {
        int deleted = 0;
        int last;
        do {
            last = jdbc.update(schema.sql(DELETE), age.toMillis(), AT_ONCE);
            deleted += last;
        } while (last == AT_ONCE);
        return deleted;
    }
}
