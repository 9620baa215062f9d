package io.eventsource.autoconfigure.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.autoconfigure.store.DatabaseFailure.Reason;
import io.eventsource.autoconfigure.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

@ParameterizedClass
@MethodSource("io.eventsource.autoconfigure.testing.TestDatabase#onEachServer")
class DatabaseFailureIT {

    private final TestDatabase database;

    DatabaseFailureIT(TestDatabase database) {
        this.database = database;
    }

    @Test
    void a_statement_that_is_gone_or_there_already_tells_of_shared_sessions() throws SQLException {
        try (Connection connection = database.connect()) {
            JdbcTemplate session = new JdbcTemplate(new SingleConnectionDataSource(connection, true));

            assertSays(Reason.SESSION_SHARED, session, "EXECUTE missing");
            session.execute("PREPARE once AS SELECT 1");
            assertSays(Reason.SESSION_SHARED, session, "PREPARE once AS SELECT 1");
        }
    }

    @Test
    void a_read_only_session_is_named() throws SQLException {
        try (Connection connection = database.connect()) {
            JdbcTemplate session = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
            session.execute("SET default_transaction_read_only = on");

            assertSays(Reason.READ_ONLY, session, "CREATE TABLE refused ()");
        }
    }

    private static void assertSays(Reason reason, JdbcTemplate session, String sql) {
        assertThatThrownBy(() -> session.execute(sql)).satisfies(failure -> assertThat(DatabaseFailure.of(failure))
                .extracting(DatabaseFailure::reason)
                .isEqualTo(reason));
    }
}
