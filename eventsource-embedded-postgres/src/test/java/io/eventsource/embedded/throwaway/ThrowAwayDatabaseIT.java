package io.eventsource.embedded.throwaway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

class ThrowAwayDatabaseIT {

    /** Counts how often it is filled. */
    private record Counting(String key, AtomicInteger filled) implements DatabaseTemplate {

        @Override
        public void fill(DataSource dataSource) {
            new JdbcTemplate(dataSource).execute("CREATE TABLE filled AS SELECT 1 AS id");
            filled.incrementAndGet();
        }
    }

    private static JdbcTemplate jdbc(ThrowAwayDatabase database) {
        return new JdbcTemplate(database.dataSource());
    }

    @Test
    void copies_of_a_template_are_filled_once_and_are_apart() {
        Counting template = new Counting("apart", new AtomicInteger());
        try (ThrowAwayDatabase first = ThrowAwayDatabase.create(template);
                ThrowAwayDatabase second = ThrowAwayDatabase.create(template)) {
            jdbc(first).execute("INSERT INTO filled VALUES (2)");

            assertThat(jdbc(second).queryForList("SELECT id FROM filled", Integer.class))
                    .containsExactly(1);
            assertThat(template.filled()).hasValue(1);
            assertThat(jdbc(first)
                            .queryForObject(
                                    "SELECT count(*) FROM pg_database WHERE datname IN (?, ?)",
                                    Integer.class,
                                    first.name(),
                                    second.name()))
                    .isEqualTo(2);
        }
    }

    @Test
    void a_closed_database_is_gone_although_somebody_is_connected() throws Exception {
        try (ThrowAwayDatabase remaining = ThrowAwayDatabase.create(null)) {
            ThrowAwayDatabase dropped = ThrowAwayDatabase.create(null);
            try (var connection = dropped.dataSource().getConnection()) {
                assertThat(connection.isValid(1)).isTrue();
                dropped.close();
                dropped.close();
                assertThat(connection.isValid(1)).isFalse();
            }
            assertThat(jdbc(remaining)
                            .queryForList("SELECT 1 FROM pg_database WHERE datname = ?", Integer.class, dropped.name()))
                    .isEmpty();
        }
    }

    @Test
    void another_server_serves_as_well_and_its_refusal_is_told() {
        try (ThrowAwayDatabase own = ThrowAwayDatabase.create(null)) {
            DatabaseServer other =
                    DatabaseServer.at(own.jdbcUrl() + "?ApplicationName=tests", own.username(), own.password());
            try (ThrowAwayDatabase there = other.create(new Counting("there", new AtomicInteger()))) {
                assertThat(there.jdbcUrl()).endsWith(there.name() + "?ApplicationName=tests");
                assertThat(jdbc(there).queryForObject("SELECT current_database()", String.class))
                        .isEqualTo(there.name());
            }
            jdbc(own).execute("CREATE ROLE reader LOGIN PASSWORD 'reader'");
            DatabaseServer refusing = DatabaseServer.at(own.jdbcUrl(), "reader", "reader");
            assertThatIllegalStateException()
                    .isThrownBy(() -> refusing.create(null))
                    .withMessageContainingAll("'reader'", "42501", "allowed to create databases");
            jdbc(own).execute("DROP ROLE reader");
        }
    }

    @Test
    void an_address_of_another_database_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DatabaseServer.at("jdbc:h2:mem:x", "sa", ""))
                .withMessageContaining("jdbc:h2:mem:x");
    }
}
