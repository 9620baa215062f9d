package io.eventsource.log;

import io.eventsource.log.HighWaterMark.LogWriter;
import io.eventsource.schema.EventSourceSchema;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** The evidence as PostgreSQL gives it: visible positions, and the lock table. */
final class PostgresLogEvidence implements LogEvidence {

    private static final String FROM =
            """
            SELECT position, (SELECT i.incarnation FROM {schema}.log_incarnation AS i),
                   (SELECT coalesce(pg_catalog.pg_sequence_last_value(q.id), 0)
                      FROM pg_catalog.to_regclass('{schema}.events_position_seq') AS q (id)
                     WHERE pg_catalog.has_sequence_privilege(q.id, 'SELECT'))
              FROM {schema}.events WHERE position >= ? ORDER BY position LIMIT ?""";

    private static final String INCARNATION = "SELECT incarnation FROM {schema}.log_incarnation";

    private static final String NAME_INCARNATION =
            "INSERT INTO {schema}.log_incarnation DEFAULT VALUES ON CONFLICT DO NOTHING";

    private static final String HIGHEST_POSITION = "SELECT coalesce(max(position), 0) FROM {schema}.events";

    private static final String PUBLISHED_HIGH_WATER_MARK =
            "SELECT coalesce(max(position), 0) FROM {schema}.high_water_mark";

    private static final String PUBLISH = "SELECT {schema}.publish_high_water_mark(?)";

    private static final String LAST_DRAWN =
            "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {schema}.events_position_seq";

    /** The table is resolved by name each time: it may have been restored or swapped. */
    private static final String WRITERS =
            """
            SELECT l.virtualtransaction
              FROM pg_catalog.pg_locks AS l
             WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted
               AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())
               AND l.relation = '{schema}.events'::regclass
               AND l.pid IS DISTINCT FROM pg_backend_pid()""";

    private static final String DESCRIBE_WRITERS =
            """
            SELECT l.virtualtransaction, l.pid, coalesce(a.usename, x.owner) AS usename, a.application_name, a.state, x.gid,
                   coalesce(a.xact_start, x.prepared) AS started_at,
                   extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, x.prepared))::double precision AS age
              FROM pg_catalog.pg_locks AS l
              LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
              LEFT JOIN LATERAL (
                   SELECT p.gid, p.owner, p.prepared FROM pg_catalog.pg_prepared_xacts AS p
                     JOIN pg_catalog.pg_locks AS t ON t.locktype = 'transactionid' AND t.transactionid = p.transaction
                    WHERE l.pid IS NULL AND t.virtualtransaction = l.virtualtransaction AND p.database = current_database()
                    LIMIT 1) AS x ON true
             WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted
               AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())
               AND l.relation = '{schema}.events'::regclass
               AND l.pid IS DISTINCT FROM pg_backend_pid()
             ORDER BY started_at NULLS FIRST""";

    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;

    /**
     * Creates the evidence.
     *
     * @param jdbc runs each statement on its own, outside any surrounding transaction
     */
    PostgresLogEvidence(JdbcOperations jdbc, EventSourceSchema schema) {
        this.jdbc = jdbc;
        this.schema = schema;
    }

    @Override
    public Sight from(long position, int limit) {
        List<Long> positions = new ArrayList<>();
        AtomicReference<@Nullable UUID> incarnation = new AtomicReference<>();
        AtomicReference<@Nullable Long> lastDrawn = new AtomicReference<>();
        jdbc.query(
                schema.sql(FROM),
                row -> {
                    if (positions.isEmpty()) {
                        incarnation.set(row.getObject(2, UUID.class));
                        lastDrawn.set(row.getObject(3, Long.class));
                    }
                    positions.add(row.getLong(1));
                },
                position,
                limit);
        return new Sight(positions, incarnation.get(), lastDrawn.get());
    }

    @Override
    public long lastDrawn() {
        return Objects.requireNonNull(jdbc.queryForObject(schema.sql(LAST_DRAWN), Long.class));
    }

    @Override
    public @Nullable UUID incarnation() {
        return jdbc.queryForList(schema.sql(INCARNATION), UUID.class).stream()
                .findFirst()
                .orElse(null);
    }

    @Override
    public void nameIncarnation() {
        jdbc.update(schema.sql(NAME_INCARNATION));
    }

    @Override
    public long highestPosition() {
        return Objects.requireNonNull(jdbc.queryForObject(schema.sql(HIGHEST_POSITION), Long.class));
    }

    @Override
    public long publishedHighWaterMark() {
        return Objects.requireNonNull(jdbc.queryForObject(schema.sql(PUBLISHED_HIGH_WATER_MARK), Long.class));
    }

    @Override
    public void publish(long mark) {
        jdbc.query(schema.sql(PUBLISH), answer -> {}, mark);
    }

    @Override
    public Set<String> writers() {
        return new HashSet<>(jdbc.queryForList(schema.sql(WRITERS), String.class));
    }

    @Override
    public List<LogWriter> describeWriters() {
        return jdbc.query(schema.sql(DESCRIBE_WRITERS), (row, number) -> {
            Double seconds = row.getObject("age", Double.class);
            OffsetDateTime startedAt = row.getObject("started_at", OffsetDateTime.class);
            return new LogWriter(
                    row.getString("virtualtransaction"),
                    row.getObject("pid", Integer.class),
                    row.getString("usename"),
                    row.getString("application_name"),
                    row.getString("state"),
                    startedAt == null ? null : startedAt.toInstant(),
                    seconds == null ? null : Duration.ofMillis((long) (seconds * 1000)),
                    row.getString("gid"));
        });
    }
}
