package io.eventsource.benchmarks;

import io.eventsource.payload.PayloadSerializer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.IdGenerator;

/**
 * The floor of one commit each: one statement in autocommit that does both steps, one round trip. It cannot say why a
 * stream refused, and in a race it locks the log without inserting, which the library rules out; what it shows is how
 * cheap a round trip with a commit is.
 */
final class StatementContender implements Contender {

    private static final String INSERT = PlainContender.COLUMNS
            + """
            SELECT e.event_id, ?, s.aggregate_id, 'order', ? + e.place, 'order-line-added', 1, ?, ?, e.payload::jsonb
              FROM moved AS s, unnest(?, ?) WITH ORDINALITY AS e (event_id, payload, place) ORDER BY e.place
            RETURNING position""";

    private static final String INSERT_ONE = PlainContender.COLUMNS
            + """
            SELECT ?, ?, s.aggregate_id, 'order', s.version, 'order-line-added', 1, ?, ?, ?::jsonb FROM moved AS s
            RETURNING position""";

    private final Database database;
    private final PlainContender plain;

    StatementContender(Database database) {
        this.database = database;
        this.plain = new PlainContender(database);
    }

    @Override
    public String name() {
        return "plain-statement";
    }

    @Override
    public Database database() {
        return database;
    }

    @Override
    public void reset(int events) {
        plain.reset(events);
    }

    @Override
    public boolean append(UUID stream, long version, List<OrderLineAdded> events) {
        boolean one = events.size() == 1;
        String sql = "WITH moved AS (" + (version == 0 ? PlainContender.CREATE_STREAM : PlainContender.MOVE_STREAM)
                + " RETURNING aggregate_id, version) " + (one ? INSERT_ONE : INSERT);
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, version + events.size());
            statement.setObject(2, stream);
            int next = 3;
            if (version != 0) {
                statement.setLong(next++, version);
            }
            if (one) {
                bindEvent(statement, next, stream, events.get(0));
            } else {
                bindEvents(connection, statement, next, stream, version, events);
            }
            try (ResultSet positions = statement.executeQuery()) {
                return positions.next();
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private void bindEvent(PreparedStatement statement, int first, UUID stream, OrderLineAdded event)
            throws SQLException {
        IdGenerator ids = plain.ids();
        int next = first;
        statement.setObject(next++, ids.generateId());
        statement.setObject(next++, ids.generateId());
        statement.setShort(next++, PlainContender.bucket(stream));
        statement.setObject(next++, OffsetDateTime.now(ZoneOffset.UTC));
        statement.setString(next, plain.json().serialize(event));
    }

    private void bindEvents(
            Connection connection,
            PreparedStatement statement,
            int first,
            UUID stream,
            long version,
            List<OrderLineAdded> events)
            throws SQLException {
        IdGenerator ids = plain.ids();
        PayloadSerializer json = plain.json();
        int next = first;
        statement.setObject(next++, ids.generateId());
        statement.setLong(next++, version);
        statement.setShort(next++, PlainContender.bucket(stream));
        statement.setObject(next++, OffsetDateTime.now(ZoneOffset.UTC));
        statement.setArray(
                next++,
                connection.createArrayOf(
                        "uuid", events.stream().map(e -> ids.generateId()).toArray()));
        statement.setArray(
                next,
                connection.createArrayOf(
                        "text", events.stream().map(json::serialize).toArray()));
    }

    @Override
    public long version(UUID stream) {
        return plain.version(stream);
    }

    @Override
    public long load(UUID stream) {
        return plain.load(stream);
    }

    @Override
    public TransactionTemplate transactions() {
        return plain.transactions();
    }
}
