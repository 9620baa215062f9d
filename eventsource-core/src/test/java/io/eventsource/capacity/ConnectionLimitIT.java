package io.eventsource.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@OnEachPostgres
class ConnectionLimitIT {

    private final TestDatabase database;

    ConnectionLimitIT(TestDatabase server) {
        this.database = server.neighbour();
    }

    @AfterEach
    void close() {
        database.close();
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
        database.jdbc().execute("ALTER DATABASE %s CONNECTION LIMIT 7".formatted(database.name()));

        assertThat(ConnectionLimit.of(database.dataSource()).usable()).isEqualTo(7);
    }
}
