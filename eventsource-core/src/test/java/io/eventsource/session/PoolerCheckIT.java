package io.eventsource.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.schema.DatabaseFailure;
import io.eventsource.session.PoolerCheck.PoolerMode;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Without a pooler; those in front of a real one are {@code PoolerModesPoolerTools}. */
@OnEachPostgres
class PoolerCheckIT {

    private final TestDatabase database;

    PoolerCheckIT(TestDatabase database) {
        this.database = database;
    }

    @ParameterizedTest
    @EnumSource
    void a_direct_connection_suits_whatever_is_declared_and_is_the_only_one(PoolerMode declared) {
        try (HikariDataSource pool = database.withOptions("prepareThreshold=3")) {
            pool.setMaximumPoolSize(1);

            new PoolerCheck(pool, declared).verify();

            assertThat(pool.getHikariPoolMXBean().getTotalConnections()).isEqualTo(1);
        }
    }

    @Test
    void the_connection_names_its_statements_as_before() throws SQLException {
        try (HikariDataSource pool = database.withOptions("prepareThreshold=3")) {
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
        assertThatCode(() -> new PoolerCheck(new DriverManagerDataSource(database.url()), PoolerMode.NONE).verify())
                .doesNotThrowAnyException();
    }

    @Test
    void a_statement_that_is_gone_or_there_already_tells_of_shared_sessions() {
        JdbcTemplate session = TestDatabase.on(database.connect());

        assertSaysShared(session, "EXECUTE missing");
        session.execute("PREPARE once AS SELECT 1");
        assertSaysShared(session, "PREPARE once AS SELECT 1");
    }

    private static void assertSaysShared(JdbcTemplate session, String sql) {
        assertThatThrownBy(() -> session.execute(sql)).satisfies(failure -> assertThat(DatabaseFailure.of(failure))
                .extracting(DatabaseFailure::reason)
                .isEqualTo(DatabaseFailure.Reason.SESSION_SHARED));
    }
}
