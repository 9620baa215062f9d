package io.eventsource.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Objects;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A database with its pool. */
public final class Database implements AutoCloseable {

    private static final String POSTMASTER = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::bigint";

    private final String server;
    private final String name;
    private final HikariDataSource pool;

    /**
     * Opens a pool.
     *
     * @param server host and port
     * @param name the database's name
     * @param username who connects
     * @param password their password
     * @param connections the size of the pool
     */
    Database(String server, String name, String username, String password, int connections) {
        this.server = server;
        this.name = name;
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://" + server + "/" + name);
        config.setUsername(username);
        config.setPassword(password);
        config.setMaximumPoolSize(connections);
        config.setPoolName(name);
        this.pool = new HikariDataSource(config);
    }

    /** The same database with another pool like this one. */
    Database another() {
        return new Database(server, name, pool.getUsername(), pool.getPassword(), pool.getMaximumPoolSize());
    }

    /** Host and port. */
    String server() {
        return server;
    }

    String name() {
        return name;
    }

    public HikariDataSource dataSource() {
        return pool;
    }

    /** A connection beside the pool. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(pool.getJdbcUrl(), pool.getUsername(), pool.getPassword());
    }

    public JdbcTemplate jdbc() {
        return new JdbcTemplate(pool);
    }

    /** The first process of the server, from which all others descend. */
    ProcessHandle postmaster() {
        long pid = Objects.requireNonNull(jdbc().queryForObject(POSTMASTER, Long.class));
        return ProcessHandle.of(pid).orElseThrow();
    }

    TransactionTemplate transactions() {
        return new TransactionTemplate(new JdbcTransactionManager(pool));
    }

    /** Has whoever takes a connection next get a new one, which has planned nothing. */
    void forgetPlans() {
        pool.getHikariPoolMXBean().softEvictConnections();
    }

    /** Leaves nothing for the next trial to pay: what the filling of a store has dirtied is written out. */
    public void settle(String... tables) {
        for (String table : tables) {
            jdbc().execute("VACUUM (ANALYZE) " + table);
        }
        jdbc().execute("CHECKPOINT");
    }

    @Override
    public void close() {
        pool.close();
    }
}
