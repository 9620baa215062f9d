package io.eventsource.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What the server counts in a database, asked from another one, so that the questions do not count. A server process
 * reports what it has done after some time, or when it is told to, or when it ends.
 */
public final class ServerCounts {

    /** After so long even an idle process has reported. */
    private static final Duration REPORTED = Duration.ofSeconds(11);

    private static final String TRANSACTIONS =
            "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = ?";

    private static final String CONNECTIONS =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = ? AND backend_type = 'client backend'";

    private final JdbcTemplate jdbc;
    private final Database database;
    private long questions;

    /**
     * Counts nothing yet.
     *
     * @param elsewhere a database to ask from
     * @param database the database to ask about
     */
    ServerCounts(Database elsewhere, Database database) {
        this.jdbc = elsewhere.jdbc();
        this.database = database;
    }

    /** Waits until what has been done is reported, or for as long as is going to be measured when that is short. */
    void settle(Duration measured) throws InterruptedException {
        Thread.sleep(Math.min(measured.toMillis(), REPORTED.toMillis()));
    }

    /**
     * The transactions so far, an autocommit statement being one, without those that these questions have cost. What a process outside of
     * the two pools has done in its last second may be missing.
     */
    long transactions(Database inUse) throws SQLException {
        questions += report(database.dataSource());
        questions += report(inUse.dataSource());
        return count(TRANSACTIONS) - questions;
    }

    /** Makes the processes behind a pool report; says how many transactions that were. */
    public static int report(HikariDataSource pool) throws SQLException {
        List<Connection> connections = new ArrayList<>();
        try {
            for (int i = 0; i < pool.getMaximumPoolSize(); i++) {
                Connection connection = pool.getConnection();
                connections.add(connection);
                try (Statement statement = connection.createStatement()) {
                    statement.execute("SELECT pg_stat_force_next_flush()");
                }
            }
            return connections.size();
        } finally {
            for (Connection connection : connections) {
                connection.close();
            }
        }
    }

    /** How many connections there are beside those of the two pools. */
    long connectionsBeyond(Database inUse) {
        return count(CONNECTIONS) - connections(database) - connections(inUse);
    }

    private static int connections(Database pool) {
        return pool.dataSource().getHikariPoolMXBean().getTotalConnections();
    }

    private long count(String sql) {
        return Objects.requireNonNull(jdbc.queryForObject(sql, Long.class, database.name()));
    }
}
