package io.eventsource.autoconfigure.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.autoconfigure.testing.TestDatabase;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("io.eventsource.autoconfigure.testing.TestDatabase#onEachServer")
class ConnectionLimitIT {

    private final TestDatabase database;

    ConnectionLimitIT(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void removeLimit() {
        limit(-1);
    }

    private void limit(int connections) {
        database.jdbc().execute("ALTER DATABASE %s CONNECTION LIMIT %d".formatted(database.name(), connections));
    }

    @Test
    void the_server_says_how_many_it_has() {
        int max = Integer.parseInt(
                Objects.requireNonNull(database.jdbc().queryForObject("SHOW max_connections", String.class)));

        ConnectionLimit limit = ConnectionLimit.of(database.dataSource());

        assertThat(limit.maxConnections()).isEqualTo(max);
        assertThat(limit.usable()).isEqualTo(max - limit.keptFree());
    }

    @Test
    void a_limit_of_the_database_counts() {
        limit(7);

        assertThat(ConnectionLimit.of(database.dataSource()).usable()).isEqualTo(7);
    }
}
