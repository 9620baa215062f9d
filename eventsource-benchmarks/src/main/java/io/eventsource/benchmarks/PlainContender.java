package io.eventsource.benchmarks;

import io.eventsource.payload.PayloadSerializer;
import io.eventsource.store.EventStore;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.IdGenerator;

/**
 * What somebody writes by hand into the same tables, without a layer above JDBC: a transaction of two statements that
 * compares and sets the stream's version and inserts the events, one row by VALUES, several by one unnest.
 */
final class PlainContender implements Contender {

    static final String CREATE_STREAM =
            """
            INSERT INTO eventsource.event_streams (version, aggregate_id, aggregate_type) VALUES (?, ?, 'order')
            ON CONFLICT DO NOTHING""";

    static final String MOVE_STREAM =
            "UPDATE eventsource.event_streams SET version = ? WHERE aggregate_id = ? AND version = ?";

    static final String COLUMNS =
            """
            INSERT INTO eventsource.events
                   (event_id, append_id, aggregate_id, aggregate_type, version, event_type, revision, bucket, "timestamp",
                    payload)
            """;

    private static final String INSERT_EVENT =
            COLUMNS + "VALUES (?, ?, ?, 'order', ?, 'order-line-added', 1, ?, ?, ?::jsonb) RETURNING position";

    private static final String INSERT_EVENTS = COLUMNS
            + """
            SELECT e.event_id, ?, ?, 'order', ? + e.place, 'order-line-added', 1, ?, ?, e.payload::jsonb
              FROM unnest(?, ?) WITH ORDINALITY AS e (event_id, payload, place) ORDER BY e.place
            RETURNING position""";

    private static final String LOAD =
            "SELECT payload FROM eventsource.events WHERE aggregate_id = ? AND version >= 1 ORDER BY version";

    private static final String VERSION = "SELECT version FROM eventsource.event_streams WHERE aggregate_id = ?";

    private final Database database;
    private final DataSource dataSource;
    private final EventsourceTables tables;
    private final PayloadSerializer json = PayloadSerializer.json();
    private final IdGenerator ids = EventStore.timeOrderedIds(Clock.systemUTC(), new SecureRandom());

    PlainContender(Database database) {
        this.database = database;
        this.dataSource = database.dataSource();
        this.tables = EventsourceTables.in(database);
    }

    @Override
    public String name() {
        return "plain-transaction";
    }

    @Override
    public Database database() {
        return database;
    }

    @Override
    public void reset(int events) {
        tables.reset(events);
    }

    @Override
    public boolean append(UUID stream, long version, List<OrderLineAdded> events) {
        try {
            if (TransactionSynchronizationManager.hasResource(dataSource)) {
                return append(DataSourceUtils.getConnection(dataSource), stream, version, events);
            }
            try (Connection connection = dataSource.getConnection()) {
                connection.setAutoCommit(false);
                boolean appended = append(connection, stream, version, events);
                connection.commit();
                return appended;
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private boolean append(Connection connection, UUID stream, long version, List<OrderLineAdded> events)
            throws SQLException {
        if (!moveStream(connection, stream, version, version + events.size())) {
            return false;
        }
        if (events.size() == 1) {
            insertEvent(connection, stream, version + 1, events.get(0));
        } else {
            insertEvents(connection, stream, version, events);
        }
        return true;
    }

    private static boolean moveStream(Connection connection, UUID stream, long from, long to) throws SQLException {
        try (PreparedStatement move = connection.prepareStatement(from == 0 ? CREATE_STREAM : MOVE_STREAM)) {
            move.setLong(1, to);
            move.setObject(2, stream);
            if (from != 0) {
                move.setLong(3, from);
            }
            return move.executeUpdate() == 1;
        }
    }

    private void insertEvent(Connection connection, UUID stream, long version, OrderLineAdded event)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_EVENT)) {
            insert.setObject(1, ids.generateId());
            insert.setObject(2, ids.generateId());
            insert.setObject(3, stream);
            insert.setLong(4, version);
            insert.setShort(5, bucket(stream));
            insert.setObject(6, OffsetDateTime.now(ZoneOffset.UTC));
            insert.setString(7, json.serialize(event));
            readPositions(insert);
        }
    }

    private void insertEvents(Connection connection, UUID stream, long version, List<OrderLineAdded> events)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_EVENTS)) {
            insert.setObject(1, ids.generateId());
            insert.setObject(2, stream);
            insert.setLong(3, version);
            insert.setShort(4, bucket(stream));
            insert.setObject(5, OffsetDateTime.now(ZoneOffset.UTC));
            insert.setArray(
                    6,
                    connection.createArrayOf(
                            "uuid", events.stream().map(e -> ids.generateId()).toArray()));
            insert.setArray(
                    7,
                    connection.createArrayOf(
                            "text", events.stream().map(json::serialize).toArray()));
            readPositions(insert);
        }
    }

    static void readPositions(PreparedStatement insert) throws SQLException {
        try (ResultSet positions = insert.executeQuery()) {
            while (positions.next()) {
                positions.getLong(1);
            }
        }
    }

    static short bucket(UUID stream) {
        return (short) (stream.hashCode() & 1023);
    }

    @Override
    public long version(UUID stream) {
        return Objects.requireNonNullElse(
                database.jdbc().query(VERSION, rows -> rows.next() ? (Long) rows.getLong(1) : (Long) 0L, stream), 0L);
    }

    @Override
    public long load(UUID stream) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(LOAD)) {
            select.setObject(1, stream);
            long total = 0;
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    total += json.deserialize(rows.getString(1), OrderLineAdded.class)
                            .totalCents();
                }
            }
            return total;
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Override
    public TransactionTemplate transactions() {
        return database.transactions();
    }

    PayloadSerializer json() {
        return json;
    }

    IdGenerator ids() {
        return ids;
    }
}
