package io.eventsource.jdbc;

import java.sql.Connection;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Hands out connections as they are. Spring guards them from being closed, which nobody here does, and makes a proxy for each call. */
final class UnguardedJdbcTemplate extends JdbcTemplate {

    UnguardedJdbcTemplate(DataSource dataSource) {
        super(dataSource);
    }

    @Override
    protected Connection createConnectionProxy(Connection connection) {
        return connection;
    }
}
