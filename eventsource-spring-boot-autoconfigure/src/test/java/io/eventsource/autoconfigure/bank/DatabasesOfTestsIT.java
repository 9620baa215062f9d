package io.eventsource.autoconfigure.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.autoconfigure.bank.AccountEvent.Opened;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.embedded.throwaway.DatabaseServer;
import io.eventsource.embedded.throwaway.ThrowAwayDatabase;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Applications that tests start, without any setting for their database. */
class DatabasesOfTestsIT {

    private static final String TEMPLATES =
            "SELECT datname FROM pg_database WHERE datname LIKE 'eventsource\\_template\\_%' ORDER BY datname";

    private static ConfigurableApplicationContext start(String schema) {
        return new SpringApplicationBuilder(BankApplication.class)
                .web(WebApplicationType.NONE)
                .properties("spring.liquibase.enabled=false", "spring.flyway.locations=classpath:db/bank")
                .run("--eventsource.schema=" + schema);
    }

    private static List<String> templates(ConfigurableApplicationContext context) {
        return context.getBean(JdbcTemplate.class).queryForList(TEMPLATES, String.class);
    }

    @ParameterizedTest
    @MethodSource("io.eventsource.autoconfigure.testing.TestDatabase#onEachServer")
    void a_database_is_dropped_whoever_uses_it_on_each_server(TestDatabase others) throws SQLException {
        DriverManagerDataSource there = others.dataSource();
        DatabaseServer server = DatabaseServer.at(
                String.valueOf(there.getUrl()),
                String.valueOf(there.getUsername()),
                String.valueOf(there.getPassword()));
        ThrowAwayDatabase dropped = server.create(null);
        try (others;
                Connection user = dropped.dataSource().getConnection()) {
            dropped.close();

            assertThat(user.isValid(1)).isFalse();
            assertThat(others.count("SELECT count(*) FROM pg_database WHERE datname = ?", dropped.name()))
                    .isZero();
        }
    }

    private static Long events(ConfigurableApplicationContext context, String schema) {
        return context.getBean(JdbcTemplate.class)
                .queryForList("SELECT count(*) FROM " + schema + ".events", Long.class)
                .get(0);
    }

    @Test
    void contexts_copy_a_migrated_database_and_share_no_event() {
        try (ConfigurableApplicationContext first = start("copied")) {
            List<String> templates = templates(first);
            assertThat(templates).isNotEmpty();
            first.getBean(EventStore.class)
                    .append(StreamAppend.to("BankAccount", UUID.randomUUID(), new Opened("ada")));
            assertThat(events(first, "copied")).isEqualTo(1);

            try (ConfigurableApplicationContext second = start("copied")) {
                assertThat(events(second, "copied")).isZero();
                assertThat(templates(second)).as("migrated once").isEqualTo(templates);
            }
            try (ConfigurableApplicationContext other = start("copied_elsewhere")) {
                assertThat(events(other, "copied_elsewhere")).isZero();
                assertThat(templates(other)).hasSize(templates.size() + 1).containsAll(templates);
            }
        }
    }
}
