package io.eventsource.signal;

import io.eventsource.jdbc.TransactionParticipation;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * Opens the connections that one process keeps for itself for a long time, beside the application's pool. Must be
 * thread-safe.
 */
@FunctionalInterface
public interface DedicatedConnections {

    /** How long {@link #answers()} waits for the answer, in seconds. */
    int VALID_WITHIN_SECONDS = 2;

    /**
     * Opens a connection of PostgreSQL's driver, or one that unwraps to it. The caller closes it.
     *
     * @return a connection that nobody else uses
     * @throws SQLException when there is none to be had
     */
    Connection open() throws SQLException;

    /**
     * Opens one and asks whether the server answers on it. Takes as long as connecting may take. A server that refuses the login, or has no
     * connection left, answers.
     *
     * @return whether it does
     */
    default boolean answers() {
        try (Connection connection = open()) {
            return connection.isValid(VALID_WITHIN_SECONDS);
        } catch (SQLException refused) {
            String state = String.valueOf(refused.getSQLState());
            return state.startsWith("28") || state.startsWith("53");
        }
    }

    /**
     * The same, which tells somebody of each connection that cannot be opened.
     *
     * @param refused told each time
     * @return connections that tell of it
     */
    default DedicatedConnections telling(Runnable refused) {
        return () -> {
            try {
                return open();
            } catch (SQLException failure) {
                refused.run();
                throw failure;
            }
        };
    }

    /**
     * Connections of their own, opened by the driver. Where neither the URL nor the properties say otherwise, connecting and
     * answers may take 5 seconds each.
     *
     * @param url the database's JDBC URL
     * @param properties asked before each opening, so that a changed password is found: {@code user}, {@code password} and
     *     others of the driver
     * @return what opens them
     */
    static DedicatedConnections by(String url, Supplier<Properties> properties) {
        return () -> {
            Properties complete = new Properties();
            complete.setProperty("loginTimeout", "5");
            complete.setProperty("connectTimeout", "5");
            complete.setProperty("socketTimeout", "5");
            complete.setProperty("tcpKeepAlive", "true");
            complete.putAll(properties.get());
            return DriverManager.getConnection(url, complete);
        };
    }

    /**
     * Connections of a data source. A pool lends them for as long as they are kept, and has to be large enough for them.
     *
     * @param dataSource where to take them from
     * @return what opens them
     */
    static DedicatedConnections from(DataSource dataSource) {
        return TransactionParticipation.target(dataSource)::getConnection;
    }
}
