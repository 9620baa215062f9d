package io.eventsource.store;

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
 * The statements of appends whose events are inserted right before their transaction commits, each one round trip. What advances a stream
 * answers the transaction's id, and what inserts demands it: a commit or rollback on the connection itself begins another transaction.
 */
final class LateAppendSql {

    /**
     * Streams that have been advanced.
     *
     * @param outcomes an outcome for each append, without positions, or nulls but for the one that was refused
     * @param transaction the id of the transaction; only as long as the server runs
     */
    record Advanced(List<@Nullable AppendOutcome> outcomes, long transaction) {}

    /** Does nothing, and answers no row, in another transaction than the one that advanced the streams. */
    private static final String INSERT_LATE_EVENTS =
            """
            SELECT {schema}.insert_late_events(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             WHERE pg_catalog.txid_current() = ?""";

    private static final String SAME_TRANSACTION = "SELECT pg_catalog.txid_current() = ?";

    private static final String ADVANCE_STREAMS =
            """
            SELECT append, outcome, version, actual, NULL::bigint, NULL::bigint, pg_catalog.txid_current()
              FROM {schema}.append_events(false, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    private static final String ADVANCE_STREAM =
            """
            SELECT 1, outcome, version, actual, NULL::bigint, NULL::bigint, pg_catalog.txid_current()
              FROM {schema}.advance_stream(?, ?, ?, ?, ?, ?)""";

    /** The common cases of {@link #ADVANCE_STREAM}, without the cost of a function; the function says why when they fail. */
    private static final String ADVANCE_EXACT_STREAM =
            """
            UPDATE {schema}.event_streams SET version = ?
             WHERE aggregate_id = ? AND version = ? AND aggregate_type = ? AND tenant_id IS NOT DISTINCT FROM ?
            RETURNING pg_catalog.txid_current()""";

    private static final String CREATE_STREAM =
            """
            INSERT INTO {schema}.event_streams (version, aggregate_id, aggregate_type, tenant_id) VALUES (?, ?, ?, ?)
            ON CONFLICT ON CONSTRAINT event_streams_pkey DO NOTHING
            RETURNING pg_catalog.txid_current()""";

    /** What {@link #INSERT_LATE_EVENTS} does, for one event: timeout, check of the stream and insert in one planned statement. */
    private static final String INSERT_LATE_EVENT =
            """
            WITH timeout AS (SELECT set_config('idle_in_transaction_session_timeout', ?, true))
            INSERT INTO {schema}.events
                   (aggregate_id, aggregate_type, tenant_id, bucket, append_id, version, event_id, event_type, revision,
                    "timestamp", actor_id, correlation_id, causation_id, payload, metadata)
            SELECT s.aggregate_id, s.aggregate_type, s.tenant_id, ?::smallint, ?::uuid, ?::bigint, ?::uuid, ?::text,
                   ?::smallint, ?::timestamptz, ?::text, ?::text, ?::text, ?::jsonb, ?::jsonb
              FROM timeout, {schema}.event_streams AS s
             WHERE s.aggregate_id = ? AND s.version >= ? AND pg_catalog.txid_current() = ?""";

    private final String advanceStream;
    private final String advanceStreams;
    private final String advanceExactStream;
    private final String createStream;
    private final String insertLateEvent;
    private final String insertLateEvents;

    LateAppendSql(EventSourceSchema schema) {
        this.advanceStream = schema.sql(ADVANCE_STREAM);
        this.advanceStreams = schema.sql(ADVANCE_STREAMS);
        this.advanceExactStream = schema.sql(ADVANCE_EXACT_STREAM);
        this.createStream = schema.sql(CREATE_STREAM);
        this.insertLateEvent = schema.sql(INSERT_LATE_EVENT);
        this.insertLateEvents = schema.sql(INSERT_LATE_EVENTS);
    }

    /** Advances one stream and inserts nothing. */
    Advanced advanceStream(Connection connection, EncodedAppend encoded) throws SQLException {
        StreamAppend append = encoded.append();
        if (append.expectedVersion() instanceof ExpectedVersion.Exact exact) {
            long version = exact.version() + encoded.rows().size();
            long transaction = advanceExactly(connection, append, exact.version(), version);
            if (transaction > 0) {
                return new Advanced(List.of(new AppendOutcome("appended", version, null, 0, 0)), transaction);
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(advanceStream)) {
            statement.setObject(1, append.aggregateId());
            statement.setString(2, append.aggregateType());
            statement.setString(3, append.metadata().tenantId());
            statement.setLong(4, append.expectedVersion().code());
            statement.setObject(5, encoded.appendId());
            statement.setInt(6, encoded.rows().size());
            return advanced(statement, 1);
        }
    }

    /** Advances several streams, all or none, and inserts nothing. */
    Advanced advanceStreams(Connection connection, List<EncodedAppend> appends) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(advanceStreams)) {
            AppendSql.Binder binder = new AppendSql.Binder(connection, statement, 1);
            AppendSql.bindStreams(binder, appends);
            AppendSql.bindDemands(binder, appends);
            AppendSql.bindEvents(binder, appends);
            return advanced(statement, appends.size());
        }
    }

    private static Advanced advanced(PreparedStatement statement, int count) throws SQLException {
        List<@Nullable AppendOutcome> outcomes = new ArrayList<>(Collections.nCopies(count, null));
        long transaction = 0;
        try (ResultSet answer = statement.executeQuery()) {
            while (answer.next()) {
                outcomes.set(answer.getInt(1) - 1, AppendSql.outcome(answer, 2));
                transaction = answer.getLong(7);
            }
        }
        return new Advanced(outcomes, transaction);
    }

    /** Answers the id of the transaction, 0 when the stream is not as demanded. */
    private long advanceExactly(Connection connection, StreamAppend append, long expected, long version)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(expected == 0 ? createStream : advanceExactStream)) {
            int next = 1;
            statement.setLong(next++, version);
            statement.setObject(next++, append.aggregateId());
            if (expected > 0) {
                statement.setLong(next++, expected);
            }
            statement.setString(next++, append.aggregateType());
            statement.setString(next, append.metadata().tenantId());
            try (ResultSet answer = statement.executeQuery()) {
                return answer.next() ? answer.getLong(1) : 0;
            }
        }
    }

    /**
     * Inserts the events of appends whose streams have been advanced in this transaction.
     *
     * @param idleTimeout how long the session may idle from here to its commit
     * @param transaction the transaction that advanced them
     * @throws AppendFailedException when they were undone by a savepoint, or the transaction is another one
     */
    void insertLateEvents(
            Connection connection, List<LateAppends.Pending> pending, Duration idleTimeout, long transaction)
            throws SQLException {
        if (pending.size() == 1 && pending.get(0).append().rows().size() == 1) {
            insertLateEvent(connection, pending.get(0), idleTimeout, transaction);
            return;
        }
        List<EncodedAppend> appends =
                pending.stream().map(LateAppends.Pending::append).toList();
        try (PreparedStatement statement = connection.prepareStatement(insertLateEvents)) {
            statement.setString(1, Long.toString(idleTimeout.toMillis()));
            AppendSql.Binder binder = new AppendSql.Binder(connection, statement, 2);
            AppendSql.bindStreams(binder, appends);
            binder.array("int8", pending, Long[]::new, LateAppends.Pending::firstVersion);
            AppendSql.bindCounts(binder, appends);
            AppendSql.bindEvents(binder, appends);
            statement.setLong(20, transaction);
            try (ResultSet answer = statement.executeQuery()) {
                if (!answer.next()) {
                    throw new AppendFailedException(appends.get(0).append(), Reason.TRANSACTION_REPLACED, null);
                }
            }
        }
    }

    private void insertLateEvent(
            Connection connection, LateAppends.Pending pending, Duration idleTimeout, long transaction)
            throws SQLException {
        EncodedAppend encoded = pending.append();
        StreamAppend append = encoded.append();
        try (PreparedStatement statement = connection.prepareStatement(insertLateEvent)) {
            statement.setString(1, Long.toString(idleTimeout.toMillis()));
            statement.setShort(2, Bucket.of(append.aggregateId()));
            statement.setObject(3, encoded.appendId());
            statement.setLong(4, pending.firstVersion());
            AppendSql.bindEvent(statement, 5, encoded.rows().get(0));
            statement.setObject(14, append.aggregateId());
            statement.setLong(15, pending.firstVersion());
            statement.setLong(16, transaction);
            if (statement.executeUpdate() == 0) {
                throw new AppendFailedException(append, reason(connection, transaction), null);
            }
        }
    }

    private static Reason reason(Connection connection, long transaction) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SAME_TRANSACTION)) {
            statement.setLong(1, transaction);
            try (ResultSet answer = statement.executeQuery()) {
                return answer.next() && answer.getBoolean(1) ? Reason.SAVEPOINT_UNDONE : Reason.TRANSACTION_REPLACED;
            }
        }
    }
}
