package io.eventsource.store;

import io.eventsource.schema.EventSourceSchema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The one statement of an append: a scalar form for a single event, an array form for several. */
final class AppendStatement {

    private final String one;
    private final String several;

    AppendStatement(EventSourceSchema schema) {
        this.one = schema.sql(
                """
                SELECT outcome, version, actual, first_position, last_position
                  FROM {schema}.append_event(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb)""");
        this.several = schema.sql(
                """
                SELECT outcome, version, actual, first_position, last_position
                  FROM {schema}.append_events(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""");
    }

    /** What the database answered. */
    record Outcome(String outcome, long version, @Nullable String actual, long firstPosition, long lastPosition) {}

    Outcome execute(Connection connection, EncodedAppend append) throws SQLException {
        boolean single = append.rows().size() == 1;
        try (PreparedStatement statement = connection.prepareStatement(single ? one : several)) {
            bindStream(statement, append);
            if (single) {
                bindScalars(statement, append.rows().get(0));
            } else {
                bindArrays(connection, statement, append.rows());
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Outcome(row.getString(1), row.getLong(2), row.getString(3), row.getLong(4), row.getLong(5));
            }
        }
    }

    private static void bindStream(PreparedStatement statement, EncodedAppend encoded) throws SQLException {
        StreamAppend append = encoded.append();
        statement.setObject(1, append.aggregateId());
        statement.setString(2, append.aggregateType());
        statement.setString(3, append.metadata().tenantId());
        statement.setShort(4, Bucket.of(append.aggregateId()));
        statement.setLong(5, append.expectedVersion().code());
        statement.setObject(6, encoded.appendId());
    }

    private static void bindScalars(PreparedStatement statement, EncodedAppend.Row row) throws SQLException {
        statement.setObject(7, row.eventId());
        statement.setString(8, row.payload().eventType());
        statement.setShort(9, (short) row.payload().revision());
        statement.setObject(10, row.timestamp().atOffset(ZoneOffset.UTC));
        statement.setString(11, row.metadata().actorId());
        statement.setString(12, row.metadata().correlationId());
        statement.setString(13, row.metadata().causationId());
        statement.setString(14, row.payload().json());
        statement.setString(15, row.headers());
    }

    private static void bindArrays(Connection connection, PreparedStatement statement, List<EncodedAppend.Row> rows)
            throws SQLException {
        bind(connection, statement, 7, "uuid", rows, EncodedAppend.Row::eventId);
        bind(connection, statement, 8, "text", rows, row -> row.payload().eventType());
        bind(connection, statement, 9, "int2", rows, row ->
                (short) row.payload().revision());
        bind(connection, statement, 10, "timestamptz", rows, row -> text(row.timestamp()));
        bind(connection, statement, 11, "text", rows, row -> row.metadata().actorId());
        bind(connection, statement, 12, "text", rows, row -> row.metadata().correlationId());
        bind(connection, statement, 13, "text", rows, row -> row.metadata().causationId());
        bind(connection, statement, 14, "text", rows, row -> row.payload().json());
        bind(connection, statement, 15, "text", rows, EncodedAppend.Row::headers);
    }

    private static String text(Instant timestamp) {
        return timestamp.atOffset(ZoneOffset.UTC).toString();
    }

    private static void bind(
            Connection connection,
            PreparedStatement statement,
            int index,
            String type,
            List<EncodedAppend.Row> rows,
            Function<EncodedAppend.Row, @Nullable Object> value)
            throws SQLException {
        Object[] values = new Object[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value.apply(rows.get(i));
        }
        statement.setArray(index, connection.createArrayOf(type, values));
    }
}
