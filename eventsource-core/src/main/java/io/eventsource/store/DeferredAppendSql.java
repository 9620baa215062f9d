package io.eventsource.store;

import io.eventsource.log.Bucket;
import io.eventsource.log.EventColumns;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.AppendFailedException.Reason;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The statements of appends whose events are inserted right before their transaction commits, each one round trip. The first that advances a
 * stream marks the transaction, and all others demand the mark. A commit or rollback on the connection itself ends the transaction, and the mark
 * with it. The transaction's id would tell the same, but an UPDATE that returns something costs more.
 */
final class DeferredAppendSql {

    /**
     * Streams that have been advanced.
     *
     * @param outcomes an outcome for each append, without positions, or nulls but for the one that was refused
     * @param marked whether the transaction has the mark
     */
    record Advanced(List<@Nullable AppendOutcome> outcomes, boolean marked) {}

    /** The mark of a transaction, and whether this statement sets it or demands it. */
    record Mark(String value, boolean isFirst) {}

    /** Several stores may append in one transaction, each with a mark of its own. */
    private static final String MARKS = "pg_catalog.current_setting('eventsource.appends', true)";

    /** Sets the mark once, however often it is set. */
    private static final String SETS_MARK =
            """
            (SELECT pg_catalog.set_config('eventsource.appends',
                        pg_catalog.replace(coalesce(%s, ''), mark, '') || mark, true) IS NOT NULL
               FROM (VALUES (?::text)) AS marks (mark))"""
                    .formatted(MARKS);

    private static final String HAS_MARK = "pg_catalog.strpos(%s, ?) > 0".formatted(MARKS);

    /** Does nothing, and answers no row, in a transaction without the mark. */
    private static final String INSERT_DEFERRED_EVENTS =
            """
            SELECT {schema}.insert_deferred_events(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {event-texts}, ?, ?)
             WHERE {mark}"""
                    .replace("{event-texts}", AppendSql.EVENT_TEXTS);

    private static final String SAME_TRANSACTION = "SELECT " + HAS_MARK;

    private static final String ADVANCE_STREAMS =
            """
            SELECT append, outcome, version, actual, NULL::bigint, NULL::bigint, {mark}
              FROM {schema}.append_events(false, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {event-texts}, ?, ?)"""
                    .replace("{event-texts}", AppendSql.EVENT_TEXTS);

    private static final String ADVANCE_STREAM =
            """
            SELECT 1, outcome, version, actual, NULL::bigint, NULL::bigint, {mark}
              FROM {schema}.advance_stream(?, ?, ?, ?, ?, ?)""";

    /** The common cases of {@link #ADVANCE_STREAM}, without the cost of a function; the function says why when they fail. */
    private static final String ADVANCE_EXACT_STREAM =
            """
            UPDATE {schema}.event_streams SET version = ?
             WHERE aggregate_id = ? AND version = ? AND aggregate_type = ? AND tenant_id IS NOT DISTINCT FROM ?
               AND {mark}""";

    private static final String CREATE_STREAM =
            """
            INSERT INTO {schema}.event_streams (version, aggregate_id, aggregate_type, tenant_id)
            SELECT ?::bigint, ?::uuid, ?::text, ?::text WHERE {mark}
            ON CONFLICT ON CONSTRAINT event_streams_pkey DO NOTHING""";

    /** What {@link #INSERT_DEFERRED_EVENTS} does, for one event: timeout, check of the stream and insert in one planned statement. */
    private static final String INSERT_DEFERRED_EVENT =
            """
            WITH timeout AS (SELECT set_config('idle_in_transaction_session_timeout', ?, true))
            INSERT INTO {schema}.events
                   (aggregate_id, aggregate_type, tenant_id, bucket, append_id, version, event_id, event_type, revision,
                    "timestamp", {event-columns}, payload, metadata)
            SELECT s.aggregate_id, s.aggregate_type, s.tenant_id, ?::smallint, ?::uuid, ?::bigint, ?::uuid, ?::text,
                   ?::smallint, ?::timestamptz, {event-texts}, ?::jsonb, ?::jsonb
              FROM timeout, {schema}.event_streams AS s
             WHERE s.aggregate_id = ? AND s.version >= ? AND {mark}"""
                    .replace("{event-columns}", EventColumns.list(EventColumns.OF_EVENT, "%s"))
                    .replace("{event-texts}", EventColumns.list(EventColumns.OF_EVENT, "?::text"));

    /** A statement that sets the mark, and one that demands it. */
    private record Marking(String first, String later) {

        static Marking of(EventSourceSchema schema, String sql) {
            return new Marking(schema.sql(sql.replace("{mark}", SETS_MARK)), demanding(schema, sql));
        }

        static String demanding(EventSourceSchema schema, String sql) {
            return schema.sql(sql.replace("{mark}", HAS_MARK));
        }

        String sql(Mark mark) {
            return mark.isFirst() ? first : later;
        }
    }

    private final Marking advanceStream;
    private final Marking advanceStreams;
    private final Marking advanceExactStream;
    private final Marking createStream;
    private final String insertDeferredEvent;
    private final String insertDeferredEvents;

    DeferredAppendSql(EventSourceSchema schema) {
        this.advanceStream = Marking.of(schema, ADVANCE_STREAM);
        this.advanceStreams = Marking.of(schema, ADVANCE_STREAMS);
        this.advanceExactStream = Marking.of(schema, ADVANCE_EXACT_STREAM);
        this.createStream = Marking.of(schema, CREATE_STREAM);
        this.insertDeferredEvent = Marking.demanding(schema, INSERT_DEFERRED_EVENT);
        this.insertDeferredEvents = Marking.demanding(schema, INSERT_DEFERRED_EVENTS);
    }

    /** Advances one stream and inserts nothing. */
    Advanced advanceStream(Connection connection, EncodedAppend encoded, Mark mark) throws SQLException {
        StreamAppend append = encoded.append();
        if (append.expectedVersion() instanceof ExpectedVersion.Exact exact) {
            long version = exact.version() + encoded.rows().size();
            if (advanceExactly(connection, append, exact.version(), version, mark)) {
                return new Advanced(List.of(AppendOutcome.appended(version)), true);
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(advanceStream.sql(mark))) {
            statement.setString(1, mark.value());
            statement.setObject(2, append.aggregateId());
            statement.setString(3, append.aggregateType());
            statement.setString(4, append.metadata().tenantId());
            statement.setLong(5, append.expectedVersion().code());
            statement.setObject(6, encoded.appendId());
            statement.setInt(7, encoded.rows().size());
            return advanced(statement, 1);
        }
    }

    /** Advances several streams, all or none, and inserts nothing. */
    Advanced advanceStreams(Connection connection, List<EncodedAppend> appends, Mark mark) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(advanceStreams.sql(mark))) {
            statement.setString(1, mark.value());
            AppendSql.Binder binder = new AppendSql.Binder(connection, statement, 2);
            AppendSql.bindStreams(binder, appends);
            AppendSql.bindDemands(binder, appends);
            AppendSql.bindEvents(binder, appends);
            return advanced(statement, appends.size());
        }
    }

    private static Advanced advanced(PreparedStatement statement, int count) throws SQLException {
        List<@Nullable AppendOutcome> outcomes = new ArrayList<>(Collections.nCopies(count, null));
        boolean marked = false;
        try (ResultSet answer = statement.executeQuery()) {
            while (answer.next()) {
                outcomes.set(answer.getInt(1) - 1, AppendSql.outcome(answer, 2));
                marked = answer.getBoolean(7);
            }
        }
        return new Advanced(outcomes, marked);
    }

    /** Answers whether the stream was as expected, and the transaction has the mark. */
    private boolean advanceExactly(Connection connection, StreamAppend append, long expected, long version, Mark mark)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement((expected == 0 ? createStream : advanceExactStream).sql(mark))) {
            int next = 1;
            statement.setLong(next++, version);
            statement.setObject(next++, append.aggregateId());
            if (expected > 0) {
                statement.setLong(next++, expected);
            }
            statement.setString(next++, append.aggregateType());
            statement.setString(next++, append.metadata().tenantId());
            statement.setString(next, mark.value());
            return statement.executeUpdate() == 1;
        }
    }

    /**
     * Inserts the events of appends whose streams have been advanced in this transaction.
     *
     * @param idleTimeout how long the session may idle from here to its commit
     * @param mark the mark of the transaction that advanced them
     * @throws AppendFailedException when they were undone by a savepoint, or the transaction has no such mark
     */
    void insertDeferredEvents(
            Connection connection, List<DeferredAppends.Pending> pending, Duration idleTimeout, String mark)
            throws SQLException {
        if (pending.size() == 1 && pending.get(0).append().rows().size() == 1) {
            insertDeferredEvent(connection, pending.get(0), idleTimeout, mark);
            return;
        }
        List<EncodedAppend> appends =
                pending.stream().map(DeferredAppends.Pending::append).toList();
        try (PreparedStatement statement = connection.prepareStatement(insertDeferredEvents)) {
            statement.setString(1, Long.toString(idleTimeout.toMillis()));
            AppendSql.Binder binder = new AppendSql.Binder(connection, statement, 2);
            AppendSql.bindStreams(binder, appends);
            binder.array("int8", pending, Long[]::new, DeferredAppends.Pending::firstVersion);
            AppendSql.bindCounts(binder, appends);
            AppendSql.bindEvents(binder, appends);
            statement.setString(binder.next(), mark);
            try (ResultSet answer = statement.executeQuery()) {
                if (!answer.next()) {
                    throw new AppendFailedException(appends.get(0).append(), Reason.TRANSACTION_REPLACED, null);
                }
            }
        }
    }

    private void insertDeferredEvent(
            Connection connection, DeferredAppends.Pending pending, Duration idleTimeout, String mark)
            throws SQLException {
        EncodedAppend encoded = pending.append();
        StreamAppend append = encoded.append();
        try (PreparedStatement statement = connection.prepareStatement(insertDeferredEvent)) {
            statement.setString(1, Long.toString(idleTimeout.toMillis()));
            statement.setShort(2, Bucket.of(append.aggregateId()));
            statement.setObject(3, encoded.appendId());
            statement.setLong(4, pending.firstVersion());
            int next = AppendSql.bindEvent(statement, 5, encoded.rows().get(0));
            statement.setObject(next++, append.aggregateId());
            statement.setLong(next++, pending.firstVersion());
            statement.setString(next, mark);
            if (statement.executeUpdate() == 0) {
                throw new AppendFailedException(append, reason(connection, mark), null);
            }
        }
    }

    private static Reason reason(Connection connection, String mark) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SAME_TRANSACTION)) {
            statement.setString(1, mark);
            try (ResultSet answer = statement.executeQuery()) {
                return answer.next() && answer.getBoolean(1) ? Reason.SAVEPOINT_UNDONE : Reason.TRANSACTION_REPLACED;
            }
        }
    }
}
