package io.eventsource.store;

import io.eventsource.event.StoredEvent;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.SnapshottedStream.Fitness;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.RowCallbackHandler;

/** Reads a stream's snapshot and the events behind it in one statement, and so in one view of the database. */
final class SnapshottedStreamReader {

    /** A row without a position is the snapshot. */
    private static final String READ =
            """
            WITH snapshot AS (
                SELECT s.*, s.schema_version = ? AS current, EXISTS (
                           SELECT FROM {schema}.events AS e
                            WHERE e.aggregate_id = s.aggregate_id AND e.version = s.version AND e.event_id = s.event_id)
                           AS in_log
                  FROM {schema}.snapshots AS s
                 WHERE s.aggregate_id = ? AND s.aggregate_type = ?)
            SELECT NULL::bigint, event_id, aggregate_id, aggregate_type, version, NULL::text, NULL::smallint, created_at,
                   created_at, NULL::text, NULL::text, NULL::text, NULL::text, NULL::jsonb, state, schema_version, in_log
              FROM snapshot
            UNION ALL
            SELECT\s"""
                    + StoredEventMapper.COLUMNS
                    + """
            , NULL::integer, NULL::boolean
              FROM {schema}.events
             WHERE aggregate_id = ?
               AND version > coalesce((SELECT s.version FROM snapshot AS s WHERE s.current AND s.in_log), 0)""";

    private final String read;

    SnapshottedStreamReader(EventSourceSchema schema) {
        this.read = schema.sql(READ);
    }

    /**
     * Reads a stream.
     *
     * @param jdbc where
     * @param stream the stream
     * @param type the stream's type
     * @param stateVersion the shape that the snapshot's state must have
     * @param pending events that the transaction has not inserted yet
     * @param decode decodes events
     */
    SnapshottedStream read(
            JdbcOperations jdbc,
            UUID stream,
            String type,
            int stateVersion,
            List<StoredEvent> pending,
            Function<List<StoredEvent>, StreamSlice> decode) {
        Rows rows = new Rows();
        jdbc.query(read, rows, stateVersion, stream, type, stream);
        Fitness fitness = rows.fitness(stateVersion, pending);
        long after = rows.snapshot == null || fitness != Fitness.FIT ? 0 : rows.snapshot.version();
        List<StoredEvent> events = Stream.concat(rows.events.stream(), pending.stream())
                .filter(event -> event.version() > after)
                .sorted(Comparator.comparingLong(StoredEvent::version))
                .toList();
        return new SnapshottedStream(rows.snapshot, fitness, decode.apply(events));
    }

    /** What the statement answers. */
    private static final class Rows implements RowCallbackHandler {

        private final StoredEventMapper mapper = new StoredEventMapper();
        private final List<StoredEvent> events = new ArrayList<>();
        private @Nullable StreamSnapshot snapshot;
        private boolean inLog;

        @Override
        public void processRow(ResultSet row) throws SQLException {
            row.getLong(1);
            if (!row.wasNull()) {
                events.add(mapper.mapRow(row, 0));
                return;
            }
            snapshot = new StreamSnapshot(
                    row.getObject(3, UUID.class),
                    row.getString(4),
                    row.getLong(5),
                    row.getObject(2, UUID.class),
                    row.getInt(16),
                    row.getString(15),
                    row.getObject(9, OffsetDateTime.class).toInstant());
            inLog = row.getBoolean(17);
        }

        Fitness fitness(int stateVersion, List<StoredEvent> pending) {
            StreamSnapshot found = snapshot;
            if (found == null) {
                return Fitness.FIT;
            }
            // the transaction may have taken it at an event that it has yet to insert
            boolean taken = inLog
                    || pending.stream()
                            .anyMatch(event -> event.version() == found.version()
                                    && event.eventId().equals(found.eventId()));
            if (!taken) {
                return Fitness.AHEAD;
            }
            return found.stateVersion() == stateVersion ? Fitness.FIT : Fitness.OUTDATED;
        }
    }
}
