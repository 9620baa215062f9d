package io.eventsource.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.embedded.EmbeddedPostgresServer;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A database with its pool. */
final class Database implements AutoCloseable {

    private final HikariDataSource pool;

    Database(EmbeddedPostgresServer server, String name, int connections) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://127.0.0.1:" + server.port() + "/" + name);
        config.setUsername(server.username());
        config.setPassword(server.password());
        config.setMaximumPoolSize(connections);
        config.setPoolName(name);
        this.pool = new HikariDataSource(config);
    }

    HikariDataSource dataSource() {
        return pool;
    }

    JdbcTemplate jdbc() {
        return new JdbcTemplate(pool);
    }

    TransactionTemplate transactions() {
        return new TransactionTemplate(new JdbcTransactionManager(pool));
    }

    /** Leaves nothing for the next trial to pay: what the filling of a store has dirtied is written out. */
    void settle(String... tables) {
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
