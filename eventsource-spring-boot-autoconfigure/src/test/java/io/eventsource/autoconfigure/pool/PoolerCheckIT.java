package io.eventsource.autoconfigure.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.autoconfigure.pool.PoolerCheck.PoolerMode;
import io.eventsource.autoconfigure.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Without a pooler; those in front of a real one are {@code PoolerModesPoolerTools}. */
@ParameterizedClass
@MethodSource("io.eventsource.autoconfigure.testing.TestDatabase#onEachServer")
class PoolerCheckIT {

    private final TestDatabase database;

    PoolerCheckIT(TestDatabase database) {
        this.database = database;
    }

    private HikariDataSource pool() {
        DriverManagerDataSource server = database.dataSource();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.getUrl());
        config.setUsername(server.getUsername());
        config.setPassword(server.getPassword());
        config.addDataSourceProperty("prepareThreshold", "3");
        return new HikariDataSource(config);
    }

    @ParameterizedTest
    @EnumSource
    void a_direct_connection_suits_whatever_is_declared_and_is_the_only_one(PoolerMode declared) {
        try (HikariDataSource pool = pool()) {
            pool.setMaximumPoolSize(1);

            new PoolerCheck(pool, declared).verify();

            assertThat(pool.getHikariPoolMXBean().getTotalConnections()).isEqualTo(1);
        }
    }

    @Test
    void the_connection_names_its_statements_as_before() throws SQLException {
        try (HikariDataSource pool = pool()) {
            pool.setMaximumPoolSize(1);
            new PoolerCheck(pool, PoolerMode.TRANSACTION).verify();

            try (Connection connection = pool.getConnection()) {
                assertThat(connection.unwrap(PGConnection.class).getPrepareThreshold())
                        .isEqualTo(3);
                assertThat(connection.getAutoCommit()).isTrue();
            }
        }
    }

    @Test
    void connections_of_no_pool_are_asked_too() {
        assertThatCode(() -> new PoolerCheck(database.dataSource(), PoolerMode.NONE).verify())
                .doesNotThrowAnyException();
    }
}
