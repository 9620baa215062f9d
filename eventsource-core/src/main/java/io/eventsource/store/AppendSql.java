package io.eventsource.store;

import io.eventsource.event.EventMetadata.Field;
import io.eventsource.log.Bucket;
import io.eventsource.log.EventColumns;
import io.eventsource.schema.EventSourceSchema;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** The statements that append and insert at once, each one round trip. */
final class AppendSql {

    /** Arguments for the texts of the metadata that each event has for itself. */
    static final String EVENT_TEXTS = EventColumns.list(EventColumns.OF_EVENT, "?");

    private static final String APPEND_EVENT =
            """
            SELECT outcome, version, actual, first_position, last_position
              FROM {schema}.append_event(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {event-texts}, ?::jsonb, ?::jsonb)"""
                    .replace("{event-texts}", EVENT_TEXTS);

    /**
     * The commonest append as one planned statement, which costs the server a little less than the function. It has two faults that the function has not:
     * it holds its lock on the log while it waits for anything, and it cannot say why it did nothing. So it takes the stream only when nobody
     * else has it, and who gets no row from it asks the function. Its lock ends with it: it must be a transaction of its own. An isolation
     * level that refuses rows changed meanwhile would make an error of what the function answers.
     */
    private static final String APPEND_AT_VERSION =
            """
            WITH advanced AS (
                UPDATE {schema}.event_streams AS s SET version = s.version + 1
                 WHERE s.aggregate_id = (
                           SELECT f.aggregate_id FROM {schema}.event_streams AS f
                            WHERE f.aggregate_id = ? AND f.version = ? AND f.aggregate_type = ?
                              AND f.tenant_id IS NOT DISTINCT FROM ?
                              FOR NO KEY UPDATE SKIP LOCKED)
                   AND s.version = ?
                   AND pg_catalog.current_setting('transaction_isolation') IN ('read committed', 'read uncommitted')
                RETURNING s.aggregate_id, s.aggregate_type, s.tenant_id, s.version)
            INSERT INTO {schema}.events AS e
                   (aggregate_id, aggregate_type, tenant_id, version, bucket, append_id, event_id, event_type, revision,
                    "timestamp", {event-columns}, payload, metadata)
            SELECT a.aggregate_id, a.aggregate_type, a.tenant_id, a.version, ?::smallint, ?::uuid, ?::uuid, ?::text,
                   ?::smallint, ?::timestamptz, {event-texts}, ?::jsonb, ?::jsonb
              FROM advanced AS a
            RETURNING e.version, e.position"""
                    .replace("{event-columns}", EventColumns.list(EventColumns.OF_EVENT, "%s"))
                    .replace("{event-texts}", EventColumns.list(EventColumns.OF_EVENT, "?::text"));

    private static final String APPEND_EVENTS =
            """
            SELECT append, outcome, version, actual, first_position, last_position
              FROM {schema}.append_events(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {event-texts}, ?, ?)"""
                    .replace("{event-texts}", EVENT_TEXTS);

    private static final String APPEND_GROUP =
            """
            SELECT append, 'appended', version, NULL, first_position, last_position
              FROM {schema}.append_group(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {event-texts}, ?, ?)"""
                    .replace("{event-texts}", EVENT_TEXTS);

    /** For appends right before a commit, which is to follow soon. The filter is looked at once for each row: the function has then done its work. */
    private static final String LIMIT_IDLE =
            " WHERE pg_catalog.set_config('idle_in_transaction_session_timeout', ?, true) IS NOT NULL";

    /** In the order of the ids, so that two loads never wait for each other in a circle. */
    private static final String ADVANCE_STREAMS =
            """
            SELECT i.ordinality, o.outcome, o.version, o.actual, 0, 0
              FROM (SELECT * FROM unnest(?::uuid[], ?::text[], ?::text[], ?::uuid[], ?::bigint[], ?::integer[])
                             WITH ORDINALITY AS u (id, type, tenant, append_id, expected, count, ordinality)
                     ORDER BY u.id) AS i
             CROSS JOIN LATERAL {schema}.advance_stream(i.id, i.type, i.tenant, i.expected, i.append_id, i.count) AS o""";

    private final String appendEvent;
    private final String appendAtVersion;
    private final String appendEvents;
    private final String appendEventThenLimitIdle;
    private final String appendEventsThenLimitIdle;
    private final String appendGroup;
    private final String advanceStreams;

    AppendSql(EventSourceSchema schema) {
        this.appendEvent = schema.sql(APPEND_EVENT);
        this.appendAtVersion = schema.sql(APPEND_AT_VERSION);
        this.appendEvents = schema.sql(APPEND_EVENTS);
        this.appendEventThenLimitIdle = appendEvent + LIMIT_IDLE;
        this.appendEventsThenLimitIdle = appendEvents + LIMIT_IDLE;
        this.appendGroup = schema.sql(APPEND_GROUP);
        this.advanceStreams = schema.sql(ADVANCE_STREAMS);
    }

    /**
     * Appends one event to one stream.
     *
     * @param wait whether to wait for somebody's transaction that holds the stream, or to answer {@code busy}
     */
    AppendOutcome appendEvent(Connection connection, EncodedAppend encoded, boolean wait) throws SQLException {
        StreamAppend append = encoded.append();
        if (append.expectedVersion() instanceof ExpectedVersion.Exact exact
                && exact.version() > 0
                && planned(connection)) {
            AppendOutcome outcome = appendAtVersion(connection, encoded, exact.version());
            if (outcome != null) {
                return outcome;
            }
        }
        return appendEvent(connection, encoded, wait, null);
    }

    /**
     * Appends one event to one stream, by the function.
     *
     * @param idleTimeout how long the session may idle from here to its commit, or null for no limit
     */
    private AppendOutcome appendEvent(
            Connection connection, EncodedAppend encoded, boolean wait, @Nullable Duration idleTimeout)
            throws SQLException {
        StreamAppend append = encoded.append();
        try (PreparedStatement statement =
                connection.prepareStatement(idleTimeout == null ? appendEvent : appendEventThenLimitIdle)) {
            statement.setBoolean(1, wait);
            statement.setObject(2, append.aggregateId());
            statement.setString(3, append.aggregateType());
            statement.setString(4, append.metadata().tenantId());
            statement.setShort(5, Bucket.of(append.aggregateId()));
            statement.setLong(6, append.expectedVersion().code());
            statement.setObject(7, encoded.appendId());
            int next = bindEvent(statement, 8, encoded.rows().get(0));
            if (idleTimeout != null) {
                statement.setString(next, Long.toString(idleTimeout.toMillis()));
            }
            try (ResultSet answer = statement.executeQuery()) {
                answer.next();
                return outcome(answer, 1);
            }
        }
    }

    /**
     * Appends to one or several streams right before a commit, all or nothing.
     *
     * @param idleTimeout how long the session may idle from here to its commit
     * @return an outcome for each append, or nulls but for the one that was refused
     */
    List<@Nullable AppendOutcome> appendBeforeCommit(
            Connection connection, List<EncodedAppend> appends, Duration idleTimeout) throws SQLException {
        return appends.size() == 1 && appends.get(0).rows().size() == 1
                ? List.of(appendEvent(connection, appends.get(0), true, idleTimeout))
                : appendEvents(connection, appends, true, idleTimeout);
    }

    /** Whether a statement is a transaction of its own, and the server plans it once for many times. */
    private static boolean planned(Connection connection) throws SQLException {
        return connection.getAutoCommit()
                && connection.isWrapperFor(PGConnection.class)
                && connection.unwrap(PGConnection.class).getPrepareThreshold() > 0;
    }

    /** Appends one event to a stream that is there; null when it was not at that version, or is in somebody's hands. */
    private @Nullable AppendOutcome appendAtVersion(Connection connection, EncodedAppend encoded, long version)
            throws SQLException {
        StreamAppend append = encoded.append();
        try (PreparedStatement statement = connection.prepareStatement(appendAtVersion)) {
            statement.setObject(1, append.aggregateId());
            statement.setLong(2, version);
            statement.setString(3, append.aggregateType());
            statement.setString(4, append.metadata().tenantId());
            statement.setLong(5, version);
            statement.setShort(6, Bucket.of(append.aggregateId()));
            statement.setObject(7, encoded.appendId());
            int unused = bindEvent(statement, 8, encoded.rows().get(0));
            try (ResultSet appended = statement.executeQuery()) {
                if (!appended.next()) {
                    return null;
                }
                long position = appended.getLong(2);
                return new AppendOutcome("appended", appended.getLong(1), null, position, position);
            }
        }
    }

    /**
     * Appends to one or several streams, all or nothing.
     *
     * @param insert whether to insert the events now, or only to advance the streams
     * @return an outcome for each append, or nulls but for the one that was refused
     */
    List<@Nullable AppendOutcome> appendEvents(Connection connection, List<EncodedAppend> appends, boolean insert)
            throws SQLException {
        return appendEvents(connection, appends, insert, null);
    }

    private List<@Nullable AppendOutcome> appendEvents(
            Connection connection, List<EncodedAppend> appends, boolean insert, @Nullable Duration idleTimeout)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(idleTimeout == null ? appendEvents : appendEventsThenLimitIdle)) {
            statement.setBoolean(1, insert);
            Binder binder = new Binder(connection, statement, 2);
            bindStreams(binder, appends);
            bindDemands(binder, appends);
            bindEvents(binder, appends);
            if (idleTimeout != null) {
                statement.setString(binder.next(), Long.toString(idleTimeout.toMillis()));
            }
            return outcomes(statement, appends.size());
        }
    }

    /**
     * Appends what can be appended without waiting for anybody, in the order of the group.
     *
     * @return an outcome for each append that was done, null for each that has to run on its own
     */
    List<@Nullable AppendOutcome> appendGroup(Connection connection, List<EncodedAppend> appends) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(appendGroup)) {
            Binder binder = new Binder(connection, statement, 1);
            bindStreams(binder, appends);
            bindDemands(binder, appends);
            bindEvents(binder, appends);
            return outcomes(statement, appends.size());
        }
    }

    /**
     * Moves several streams on without inserting events.
     *
     * @param streams the appends of each stream, which count as one append with the demand and the id of the first
     * @return an outcome for each stream
     */
    List<AppendOutcome> advanceStreams(Connection connection, List<List<EncodedAppend>> streams) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(advanceStreams)) {
            List<EncodedAppend> firsts =
                    streams.stream().map(appends -> appends.get(0)).toList();
            Binder binder = new Binder(connection, statement, 1);
            binder.array("uuid", firsts, Object[]::new, each -> each.append().aggregateId());
            binder.array("text", firsts, String[]::new, each -> each.append().aggregateType());
            binder.array("text", firsts, String[]::new, each -> each.append()
                    .metadata()
                    .tenantId());
            binder.array("uuid", firsts, Object[]::new, EncodedAppend::appendId);
            binder.array("int8", firsts, Long[]::new, each -> each.append()
                    .expectedVersion()
                    .code());
            binder.array("int4", streams, Integer[]::new, appends -> appends.stream()
                    .mapToInt(each -> each.rows().size())
                    .sum());
            return outcomes(statement, streams.size()).stream()
                    .map(Objects::requireNonNull)
                    .toList();
        }
    }

    /** Answers the number of the next argument. */
    static int bindEvent(PreparedStatement statement, int first, EncodedAppend.Row row) throws SQLException {
        int next = first;
        statement.setObject(next++, row.eventId());
        statement.setString(next++, row.payload().eventType());
        statement.setShort(next++, (short) row.payload().revision());
        statement.setObject(next++, row.timestamp().atOffset(ZoneOffset.UTC));
        for (Field text : EventColumns.OF_EVENT) {
            statement.setString(next++, text.of(row.metadata()));
        }
        statement.setString(next++, row.payload().json());
        statement.setString(next++, row.headers());
        return next;
    }

    static void bindStreams(Binder binder, List<EncodedAppend> appends) throws SQLException {
        binder.array("uuid", appends, Object[]::new, each -> each.append().aggregateId());
        binder.array("text", appends, String[]::new, each -> each.append().aggregateType());
        binder.array(
                "text", appends, String[]::new, each -> each.append().metadata().tenantId());
        binder.array(
                "int2", appends, Short[]::new, each -> Bucket.of(each.append().aggregateId()));
        binder.array("uuid", appends, Object[]::new, EncodedAppend::appendId);
    }

    static void bindDemands(Binder binder, List<EncodedAppend> appends) throws SQLException {
        binder.array("int8", appends, Long[]::new, each -> each.append()
                .expectedVersion()
                .code());
        bindCounts(binder, appends);
    }

    static void bindCounts(Binder binder, List<EncodedAppend> appends) throws SQLException {
        binder.array("int4", appends, Integer[]::new, each -> each.rows().size());
    }

    /** An event with the append it belongs to, counted from 1, and its place in it, counted from 0. */
    private record Placed(int append, int place, EncodedAppend.Row row) {}

    static void bindEvents(Binder binder, List<EncodedAppend> appends) throws SQLException {
        List<Placed> events = new ArrayList<>();
        for (int append = 0; append < appends.size(); append++) {
            List<EncodedAppend.Row> rows = appends.get(append).rows();
            for (int place = 0; place < rows.size(); place++) {
                events.add(new Placed(append + 1, place, rows.get(place)));
            }
        }
        binder.array("int4", events, Integer[]::new, Placed::append);
        binder.array("int4", events, Integer[]::new, Placed::place);
        binder.array("uuid", events, Object[]::new, each -> each.row().eventId());
        binder.shared(
                "text", events, String[]::new, each -> each.row().payload().eventType());
        binder.shared("int2", events, Short[]::new, each ->
                (short) each.row().payload().revision());
        binder.shared("timestamptz", events, Object[]::new, each -> each.row()
                .timestamp()
                .atOffset(ZoneOffset.UTC)
                .toString());
        for (Field text : EventColumns.OF_EVENT) {
            binder.shared(
                    "text", events, String[]::new, each -> text.of(each.row().metadata()));
        }
        binder.array("text", events, String[]::new, each -> each.row().payload().json());
        binder.shared("text", events, String[]::new, each -> each.row().headers());
    }

    static List<@Nullable AppendOutcome> outcomes(PreparedStatement statement, int count) throws SQLException {
        List<@Nullable AppendOutcome> outcomes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            outcomes.add(null);
        }
        try (ResultSet answer = statement.executeQuery()) {
            while (answer.next()) {
                outcomes.set(answer.getInt(1) - 1, outcome(answer, 2));
            }
        }
        return outcomes;
    }

    static AppendOutcome outcome(ResultSet answer, int column) throws SQLException {
        return new AppendOutcome(
                answer.getString(column),
                answer.getLong(column + 1),
                answer.getString(column + 2),
                answer.getLong(column + 3),
                answer.getLong(column + 4));
    }

    /** Binds array after array. */
    static final class Binder {

        private final Connection connection;
        private final PreparedStatement statement;
        private int next;

        Binder(Connection connection, PreparedStatement statement, int first) {
            this.connection = connection;
            this.statement = statement;
            this.next = first;
        }

        /** The number of the next argument. */
        int next() {
            return next;
        }

        /** An array of one element when it is the same for all. */
        <T, V> void shared(
                String type,
                List<T> elements,
                Function<Integer, @Nullable V[]> newArray,
                Function<T, ? extends @Nullable V> value)
                throws SQLException {
            V first = value.apply(elements.get(0));
            boolean same = elements.stream().allMatch(each -> Objects.equals(first, value.apply(each)));
            array(type, same ? elements.subList(0, 1) : elements, newArray, value);
        }

        <T, V> void array(
                String type,
                List<T> elements,
                Function<Integer, @Nullable V[]> newArray,
                Function<T, ? extends @Nullable V> value)
                throws SQLException {
            @Nullable V[] values = newArray.apply(elements.size());
            for (int i = 0; i < values.length; i++) {
                values[i] = value.apply(elements.get(i));
            }
            Array array = connection.createArrayOf(type, values);
            statement.setArray(next++, array);
        }
    }
}
