package io.eventsource.benchmarks;

import io.eventsource.payload.PayloadSerializer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What somebody writes by hand to keep {@link OrderTotals}: pages of a hundred events, each a transaction of the upserts
 * and of a checkpoint row. It trusts that positions become visible in order, which is true only while nobody appends.
 *
 * @param database where the log and the totals are
 * @param batched whether the upserts of a page are sent together
 */
record HandwrittenProjection(Database database, boolean batched) {

    private static final int PAGE = 100;

    private static final String CREATE_CHECKPOINT =
            "CREATE TABLE IF NOT EXISTS handwritten_checkpoint (position bigint NOT NULL)";

    private static final String READ =
            "SELECT position, aggregate_id, payload FROM eventsource.events WHERE position > ? ORDER BY position LIMIT ?";

    private static final String CHECKPOINT = "UPDATE handwritten_checkpoint SET position = ? WHERE position = ?";

    private static final PayloadSerializer JSON = PayloadSerializer.json();

    /** A line with its place in the log. */
    private record Positioned(long position, UUID stream, OrderLineAdded line) {}

    /** Forgets how far it is. */
    void reset() {
        database.jdbc().execute(CREATE_CHECKPOINT);
        database.jdbc().execute("TRUNCATE handwritten_checkpoint");
        database.jdbc().update("INSERT INTO handwritten_checkpoint VALUES (0)");
    }

    /** Handles the log to its end. */
    void run() throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            long position = 0;
            for (List<Positioned> page = read(connection, position);
                    !page.isEmpty();
                    page = read(connection, position)) {
                upsert(connection, page);
                long next = page.get(page.size() - 1).position();
                moveCheckpoint(connection, position, next);
                connection.commit();
                position = next;
            }
            connection.rollback();
        }
    }

    private static List<Positioned> read(Connection connection, long after) throws SQLException {
        List<Positioned> page = new ArrayList<>(PAGE);
        try (PreparedStatement select = connection.prepareStatement(READ)) {
            select.setLong(1, after);
            select.setInt(2, PAGE);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    page.add(new Positioned(
                            rows.getLong(1),
                            rows.getObject(2, UUID.class),
                            JSON.deserialize(rows.getString(3), OrderLineAdded.class)));
                }
            }
        }
        return page;
    }

    private void upsert(Connection connection, List<Positioned> page) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement(OrderTotals.UPSERT)) {
            for (Positioned event : page) {
                upsert.setObject(1, event.stream());
                upsert.setLong(2, event.line().totalCents());
                if (batched) {
                    upsert.addBatch();
                } else {
                    upsert.executeUpdate();
                }
            }
            if (batched) {
                upsert.executeBatch();
            }
        }
    }

    private static void moveCheckpoint(Connection connection, long from, long to) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(CHECKPOINT)) {
            update.setLong(1, to);
            update.setLong(2, from);
            if (update.executeUpdate() != 1) {
                throw new IllegalStateException("The checkpoint is no longer at " + from);
            }
        }
    }
}
