package io.eventsource.signal;

import io.eventsource.schema.EventSourceSchema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * One dedicated connection that notifies and listens. PostgreSQL cuts the channel's name to 63 characters; of two schemas
 * whose names agree that far, readers are woken once too often. For one thread.
 */
final class SignalSession implements AutoCloseable {

    /** How long an answer may take before the connection counts as dead. */
    private static final int ANSWER_WITHIN_MILLIS = 5_000;

    private static final String APPLICATION_NAME = "ApplicationName";

    private final EventSourceSchema schema;
    private final Connection connection;
    private final PGConnection driver;
    private final String formerName;
    private final int formerTimeout;
    private boolean broken;

    private SignalSession(EventSourceSchema schema, Connection connection, String name) throws SQLException {
        this.schema = schema;
        this.connection = connection;
        this.driver = connection.unwrap(PGConnection.class);
        if (!connection.getAutoCommit()) {
            connection.setAutoCommit(true);
        }
        this.formerTimeout = connection.getNetworkTimeout();
        connection.setNetworkTimeout(Runnable::run, ANSWER_WITHIN_MILLIS);
        String former = connection.getClientInfo(APPLICATION_NAME);
        this.formerName = former == null ? "" : former;
        connection.setClientInfo(APPLICATION_NAME, name);
    }

    /**
     * Opens a session.
     *
     * @param name what the server shows as the application's name
     */
    static SignalSession open(DedicatedConnections connections, EventSourceSchema schema, String name)
            throws SQLException {
        Connection connection = connections.open();
        try {
            return new SignalSession(schema, connection, name);
        } catch (SQLException | RuntimeException | Error failure) {
            connection.close();
            throw failure;
        }
    }

    void listen() throws SQLException {
        execute("LISTEN eventsource_log_{schema}");
    }

    /**
     * Notifies all that listen, this session included, in a transaction of its own that does not wait for the disk. The setting
     * ends with the transaction: behind a pooler the server's session goes on to somebody whose commits must wait.
     */
    void send(String payload) throws SQLException {
        String statement = schema.sql(
                """
                SELECT pg_catalog.set_config('synchronous_commit', 'off', true),
                       pg_catalog.pg_notify(left('eventsource_log_{schema}', 63), ?)""");
        try (PreparedStatement prepared = connection.prepareStatement(statement)) {
            prepared.setString(1, payload);
            prepared.execute();
        } catch (SQLException failure) {
            broken = true;
            throw failure;
        }
    }

    /** Waits for notifications, at most that long; empty when there are none. */
    List<String> receive(int timeoutMillis) throws SQLException {
        try {
            PGNotification @Nullable [] notifications = driver.getNotifications(timeoutMillis);
            return notifications == null
                    ? List.of()
                    : Arrays.stream(notifications)
                            .map(PGNotification::getParameter)
                            .toList();
        } catch (SQLException failure) {
            broken = true;
            throw failure;
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(schema.sql(sql));
        } catch (SQLException failure) {
            broken = true;
            throw failure;
        }
    }

    /** Has the connection cut instead of given back: whatever was wrong with it, nobody shall get it. */
    void discard() {
        broken = true;
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            if (broken) {
                connection.abort(Runnable::run);
            } else {
                // a pool may hand it to somebody else
                execute("UNLISTEN *");
                connection.setClientInfo(APPLICATION_NAME, formerName);
                connection.setNetworkTimeout(Runnable::run, formerTimeout);
            }
        }
    }
}
