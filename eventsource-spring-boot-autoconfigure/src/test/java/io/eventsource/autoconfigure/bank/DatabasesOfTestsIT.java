package io.eventsource.autoconfigure.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.autoconfigure.bank.AccountEvent.Opened;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

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
