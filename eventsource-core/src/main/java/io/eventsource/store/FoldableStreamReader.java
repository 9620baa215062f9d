package io.eventsource.store;

import io.eventsource.EventSourceException;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventHeader;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRevision;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.EventColumns;
import io.eventsource.log.LogReader.LogOutline;
import io.eventsource.log.PageBytes;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.EventStore.StreamPayloads;
import io.eventsource.store.SnapshotRepository.SnapshottedStream;
import io.eventsource.store.SnapshotRepository.SnapshottedStream.Fitness;
import io.eventsource.store.SnapshotRepository.StreamSnapshot;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.RowMapper;

/**
 * Reads streams to be folded. With their snapshots they are read in one statement, and so in one view of the database.
 *
 * <p>Folding looks at payloads alone, so of each event less than half of the columns is read. Only upcasters are shown the
 * whole event: a type of aggregate in whose streams events have older revisions is read with all columns, once that has been
 * seen.
 *
 * <p>Large events are named by the statement and read one by one when folding comes to them, so that an aggregate needs the memory of its largest event
 * and not of all. What is large goes by the size in the table: to measure the text would cost each load more than it is worth. Thread-safe.
 */
final class FoldableStreamReader {

    /** A row without a position is the snapshot. */
    private static final String READ_WITH_SNAPSHOT =
            """
            WITH snapshot AS (
                SELECT s.*, s.schema_version = ? AS current, EXISTS (
                           SELECT FROM {schema}.events AS e
                            WHERE e.aggregate_id = s.aggregate_id AND e.version = s.version AND e.event_id = s.event_id)
                           AS in_log
                  FROM {schema}.snapshots AS s
                 WHERE s.aggregate_id = ? AND s.aggregate_type = ?)
            SELECT {snapshot}, state, created_at, schema_version, in_log
              FROM snapshot
            UNION ALL
            SELECT {events}, NULL::jsonb, NULL::timestamptz, NULL::integer, NULL::boolean
              FROM {schema}.events
             WHERE aggregate_id = ? AND aggregate_type = ?
               AND version > coalesce((SELECT s.version FROM snapshot AS s WHERE s.current AND s.in_log), 0)""";

    private static final String READ =
            """
            SELECT {events}
              FROM {schema}.events
             WHERE aggregate_id = ? AND aggregate_type = ? AND version <= ?
             ORDER BY version""";

    private static final String SNAPSHOT_AS_ALL =
            """
            NULL::bigint, event_id, NULL::uuid, NULL::text, version, NULL::text, NULL::smallint, NULL::timestamptz,
            NULL::timestamptz, {texts}, NULL::jsonb, NULL::jsonb"""
                    .replace("{texts}", EventColumns.list(EventColumns.TEXTS, "NULL::text"));

    /** Compressed; the others are as many at once as the heap is meant for. */
    private static final String UNLESS_LARGE = "CASE WHEN pg_column_size(payload) <= ? THEN payload END";

    private static final String FEW = "position, event_id, version, event_type, revision, tenant_id, " + UNLESS_LARGE;

    private static final String ALL = EventColumns.DETAILS + ", metadata, " + UNLESS_LARGE;

    private static final String WGAP = "SELECT " + EventColumns.ALL + " FROM {schema}.events WHERE position = ?";

    /** Of a page's bytes the part that one event may have without being read by itself. */
    private static final int PARTS = 64;

    private static final String SNAPSHOT_AS_FEW =
            "NULL::bigint, event_id, version, NULL::text, NULL::smallint, NULL::text, NULL::jsonb";

    private final EventCodec codec;
    private final Columns all;
    private final Columns few;
    private final String whole;
    private final long large = PageBytes.byHeap() / PARTS;
    private final Set<String> typesWithOldRevisions = ConcurrentHashMap.newKeySet();

    FoldableStreamReader(EventCodec codec, EventSourceSchema schema) {
        this.codec = codec;
        this.whole = schema.sql(WGAP);
        this.all = Columns.of(schema, ALL, SNAPSHOT_AS_ALL, (stream, type) -> EventColumns.MAPPER);
        this.few = Columns.of(schema, FEW, SNAPSHOT_AS_FEW, FoldableStreamReader::withoutDetails);
    }

    /** The events of a stream up to a version; none when the stream is of another type. */
    StreamPayloads read(JdbcOperations jdbc, UUID stream, String type, long toVersion, List<StoredEvent> pending) {
        Rows rows = read(type, columns -> {
            Rows answer = new Rows(columns, stream, type);
            jdbc.query(columns.read(), answer, large, stream, type, toVersion);
            return answer;
        });
        return payloads(jdbc, rows.events(pending, 0, toVersion));
    }

    /** The snapshot of a stream and the events behind it; none when the stream is of another type. */
    SnapshottedStream readWithSnapshot(
            JdbcOperations jdbc, UUID stream, String type, int stateVersion, List<StoredEvent> pending) {
        Rows rows = read(type, columns -> {
            Rows answer = new Rows(columns, stream, type);
            jdbc.query(columns.readWithSnapshot(), answer, stateVersion, stream, type, large, stream, type);
            return answer;
        });
        Fitness fitness = rows.fitness(stateVersion, pending);
        long after = rows.snapshot == null || fitness != Fitness.FIT ? 0 : rows.snapshot.version();
        return new SnapshottedStream(
                rows.snapshot, fitness, payloads(jdbc, rows.events(pending, after, Long.MAX_VALUE)));
    }

    private Rows read(String type, Function<Columns, Rows> statement) {
        if (!typesWithOldRevisions.contains(type)) {
            Rows rows = statement.apply(few);
            if (rows.events.stream().allMatch(codec::isCurrent)) {
                return rows;
            }
            typesWithOldRevisions.add(type);
        }
        return statement.apply(all);
    }

    private StreamPayloads payloads(JdbcOperations jdbc, List<StoredEvent> stored) {
        if (stored.isEmpty()) {
            return StreamPayloads.NONE;
        }
        List<Object> payloads = new ArrayList<>(stored.size());
        boolean complete = true;
        for (StoredEvent event : stored) {
            if (event.payload().isEmpty()) {
                complete = false;
                payloads.add(new Unread(event));
            } else {
                codec.decode(event).forEach(part -> payloads.add(part.payload()));
            }
        }
        List<Object> read = Collections.unmodifiableList(payloads);
        StoredEvent newest = stored.get(stored.size() - 1);
        return new StreamPayloads(
                complete
                        ? read
                        : () -> read.stream()
                                .flatMap(each ->
                                        each instanceof Unread unread ? whole(jdbc, unread.event()) : Stream.of(each))
                                .iterator(),
                stored.size(),
                newest.version(),
                newest.eventId(),
                newest.metadata().tenantId());
    }

    /** An event that is left in the database until folding comes to it. */
    private record Unread(StoredEvent event) {}

    private Stream<Object> whole(JdbcOperations jdbc, StoredEvent unread) {
        List<StoredEvent> found = jdbc.query(whole, EventColumns.MAPPER, unread.position());
        if (found.isEmpty()) {
            throw new EventSourceException(
                    "The log no longer holds %s. It has gone backwards, or the event was archived while it was read."
                            .formatted(unread.location()));
        }
        return codec.decode(found.get(0)).stream().map(EventEnvelope::payload);
    }

    private static RowMapper<StoredEvent> withoutDetails(UUID stream, String type) {
        return (row, number) -> {
            String tenant = row.getString(6);
            EventHeader header = new EventHeader(
                    row.getLong(1),
                    row.getObject(2, UUID.class),
                    stream,
                    type,
                    row.getLong(3),
                    new EventRevision(row.getString(4), row.getShort(5)),
                    Instant.EPOCH,
                    Instant.EPOCH,
                    tenant == null ? EventMetadata.none() : EventMetadata.none().withTenantId(tenant));
            return new StoredEvent(header, Objects.requireNonNullElse(row.getString(7), LogOutline.NOT_READ));
        };
    }

    /**
     * The statements that read some columns of events.
     *
     * @param mapper reads an event of a stream and its type; the first column is the position
     */
    private record Columns(
            String read, String readWithSnapshot, BiFunction<UUID, String, RowMapper<StoredEvent>> mapper) {

        static Columns of(
                EventSourceSchema schema,
                String events,
                String snapshot,
                BiFunction<UUID, String, RowMapper<StoredEvent>> mapper) {
            return new Columns(
                    schema.sql(READ.replace("{events}", events)),
                    schema.sql(READ_WITH_SNAPSHOT.replace("{events}", events).replace("{snapshot}", snapshot)),
                    mapper);
        }
    }

    /** What a statement answers. */
    private static final class Rows implements RowCallbackHandler {

        private final UUID stream;
        private final String type;
        private final RowMapper<StoredEvent> mapper;
        private final List<StoredEvent> events = new ArrayList<>();
        private @Nullable StreamSnapshot snapshot;
        private boolean inLog;

        Rows(Columns columns, UUID stream, String type) {
            this.stream = stream;
            this.type = type;
            this.mapper = columns.mapper().apply(stream, type);
        }

        @Override
        public void processRow(ResultSet row) throws SQLException {
            row.getLong(1);
            if (!row.wasNull()) {
                events.add(Objects.requireNonNull(mapper.mapRow(row, events.size())));
                return;
            }
            snapshot = new StreamSnapshot(
                    stream,
                    type,
                    row.getLong("version"),
                    row.getObject("event_id", UUID.class),
                    row.getInt("schema_version"),
                    row.getString("state"),
                    row.getObject("created_at", OffsetDateTime.class).toInstant());
            inLog = row.getBoolean("in_log");
        }

        /** What was read, and what the transaction has yet to insert, by version. */
        List<StoredEvent> events(List<StoredEvent> pending, long after, long toVersion) {
            List<StoredEvent> found = new ArrayList<>(events.size());
            boolean ascending = true;
            long newest = after;
            for (StoredEvent event : events) {
                if (event.version() > after && event.version() <= toVersion) {
                    ascending &= event.version() > newest;
                    newest = event.version();
                    found.add(event);
                }
            }
            for (StoredEvent event : pending) {
                if (event.aggregateType().equals(type) && event.version() > after && event.version() <= toVersion) {
                    ascending &= event.version() > newest;
                    newest = event.version();
                    found.add(event);
                }
            }
            if (!ascending) {
                found.sort(Comparator.comparingLong(StoredEvent::version));
            }
            return found;
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
