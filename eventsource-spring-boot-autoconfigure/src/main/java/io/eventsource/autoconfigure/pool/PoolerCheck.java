package io.eventsource.autoconfigure.pool;

import io.eventsource.autoconfigure.pool.PoolerMismatchException.Reason;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.PreferQueryMode;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Asks whether connections have sessions of the server for themselves, and compares the answer with what was declared:
 *
 * <ol>
 *   <li>A server tells the driver the number of the process that serves the connection, and tells the same one when it is asked. A pooler
 *       has numbers of its own. Where the two agree there is none, and nothing further is asked.
 *   <li>Otherwise a second connection begins a transaction, which keeps whatever session it has been given. If that is the session in
 *       which the first connection's statement ran, or if the first one's next statement runs in another, sessions are shared.
 *   <li>If the transaction is refused, the pooler shares them by statement.
 * </ol>
 *
 * <p>Traffic of others can hide that sessions are shared, so that the second step is repeated a few times. It never makes a session that is
 * not shared look so. Leaves nothing in a session. Thread-safe.
 */
public final class PoolerCheck {

    private static final int ATTEMPTS = 5;
    private static final String REFUSED = "08P01";

    private final DataSource dataSource;
    private final JdbcTemplate jdbc;
    private final PoolerMode declared;

    /** Whose the sessions are. */
    private enum Sessions {
        OF_THE_CONNECTION,
        OF_THE_TRANSACTION,
        OF_THE_STATEMENT
    }

    /**
     * Creates a check. Opens no connection.
     *
     * @param dataSource the store's; one with at least two connections where a pooler stands between
     * @param declared what is said to stand between
     */
    public PoolerCheck(DataSource dataSource, PoolerMode declared) {
        this.dataSource = dataSource;
        this.jdbc = new JdbcTemplate(dataSource);
        this.declared = declared;
    }

    /**
     * Asks: one statement where there is no pooler. Must not be called in a transaction. Drivers other than PostgreSQL's are taken for direct connections.
     *
     * @throws PoolerMismatchException when what was found does not go together with what was declared
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    public void verify() {
        Objects.requireNonNull(jdbc.execute((Connection connection) -> {
            if (connection.isWrapperFor(PGConnection.class)) {
                compare(connection, connection.unwrap(PGConnection.class));
            }
            return true;
        }));
    }

    private void compare(Connection connection, PGConnection driver) throws SQLException {
        int threshold = driver.getPrepareThreshold();
        // a statement with a name would be left behind in a session that others use
        driver.setPrepareThreshold(0);
        try {
            boolean named = threshold != 0 && driver.getPreferQueryMode() != PreferQueryMode.SIMPLE;
            Sessions found = sessions(connection, driver);
            judge(found, named);
            if (found == Sessions.OF_THE_TRANSACTION) {
                requireReadCommitted(connection);
            }
        } finally {
            driver.setPrepareThreshold(threshold);
        }
    }

    private void judge(Sessions found, boolean named) {
        if (found == Sessions.OF_THE_STATEMENT) {
            throw new PoolerMismatchException(
                    Reason.NO_TRANSACTIONS,
                    "The pooler in front of PostgreSQL refuses transactions (statement mode), and every append and every batch of a projection is one.");
        }
        if (found == Sessions.OF_THE_TRANSACTION && !declared.sharesSessions()) {
            throw new PoolerMismatchException(
                    Reason.SESSIONS_SHARED,
                    "The pooler in front of PostgreSQL gives each transaction another session of the server (transaction mode), and is declared as '%s'. Prepared statements and notifications would get lost among the sessions."
                            .formatted(declared));
        }
        if (found == Sessions.OF_THE_TRANSACTION && declared == PoolerMode.TRANSACTION && named) {
            throw new PoolerMismatchException(
                    Reason.STATEMENTS_NAMED,
                    "The pooler in front of PostgreSQL gives each transaction another session of the server, and the driver names its prepared statements there (prepareThreshold is not 0): another connection would meet a name that exists already, or miss its own.");
        }
    }

    /** Another default would be changed for the session by every transaction that needs this one. */
    private static void requireReadCommitted(Connection connection) throws SQLException {
        if (connection.getTransactionIsolation() != Connection.TRANSACTION_READ_COMMITTED) {
            throw new PoolerMismatchException(
                    Reason.ISOLATION,
                    "The sessions that the pooler shares have another default isolation than READ COMMITTED, which the library needs for some transactions and could only set for whole sessions.");
        }
    }

    private Sessions sessions(Connection connection, PGConnection driver) throws SQLException {
        return driver.getBackendPID() == process(connection) ? Sessions.OF_THE_CONNECTION : behindPooler(connection);
    }

    private Sessions behindPooler(Connection first) throws SQLException {
        try (Connection second = dataSource.getConnection()) {
            PGConnection driver = second.unwrap(PGConnection.class);
            int threshold = driver.getPrepareThreshold();
            driver.setPrepareThreshold(0);
            second.setAutoCommit(false);
            try {
                return behindPooler(first, second);
            } finally {
                // a pooler that refuses the transaction ends the connection
                if (!second.isClosed()) {
                    second.setAutoCommit(true);
                    driver.setPrepareThreshold(threshold);
                }
            }
        }
    }

    private static Sessions behindPooler(Connection first, Connection second) throws SQLException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int before = process(first);
            int kept;
            try {
                kept = process(second);
            } catch (SQLException failure) {
                if (REFUSED.equals(failure.getSQLState())) {
                    return Sessions.OF_THE_STATEMENT;
                }
                throw failure;
            }
            // a pooler with a single session would have the first one wait for the second
            boolean shared = kept == before || process(first) != before;
            second.rollback();
            if (shared) {
                return Sessions.OF_THE_TRANSACTION;
            }
        }
        return Sessions.OF_THE_CONNECTION;
    }

    private static int process(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_catalog.pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }

    /** What stands between the application and PostgreSQL, as somebody has declared it. */
    public enum PoolerMode {
        /** Nothing, or a pooler nobody has declared: each connection has a session of the server for itself. */
        NONE,
        /** A pooler that gives each connection a session of the server for as long as it is open. */
        SESSION,
        /** A pooler that gives each transaction a session of the server and does not know prepared statements, such as PgBouncer before 1.21. */
        TRANSACTION,
        /** The same, but it carries prepared statements from session to session, as PgBouncer from 1.21 on with {@code max_prepared_statements}. */
        TRANSACTION_PREPARED;

        /**
         * Whether sessions of the server are shared, so that nothing may be left in one.
         *
         * @return whether each transaction may have another session
         */
        public boolean sharesSessions() {
            return this == TRANSACTION || this == TRANSACTION_PREPARED;
        }
    }
}
