package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.repository.Repository;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

/** An application keeps its own migrations, repositories and JSON with the starter added. */
@SampleTest
@TestPropertySource(
        properties = {
            "spring.jackson.property-naming-strategy=SNAKE_CASE",
            "spring.jackson.default-property-inclusion=non_empty",
            "spring.flyway.validate-migration-naming=true",
            "eventsource.commands.retry.max-retries=0"
        })
class OwnSettingsIT {

    @Autowired
    private RestTestClient client;

    @Autowired
    private JdbcTemplate jdbc;

    @Autowired
    private ConcurrentChange concurrentChange;

    @Autowired
    private Map<String, Repository<?, ?>> repositories;

    @Test
    void its_migrations_have_their_own_history() {
        assertThat(jdbc.queryForList("SELECT script FROM public.flyway_schema_history", String.class))
                .containsExactly("V1__read_models.sql");
        assertThat(jdbc.queryForList(
                        "SELECT script FROM eventsource.eventsource_schema_history WHERE type = 'SQL'", String.class))
                .isNotEmpty()
                .allMatch(script -> script.contains("ES"));
    }

    @Test
    void its_repositories_are_scanned() {
        assertThat(repositories).containsOnlyKeys("customerTotalsRepository");
    }

    @Test
    void its_json_is_named_its_way_over_http_and_not_in_the_store() {
        UUID id = UUID.randomUUID();

        client.post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .header("Idempotency-Key", id.toString())
                .body(Map.of("customer_id", "ada"))
                .exchange()
                .expectStatus()
                .isCreated()
                .expectBody()
                .jsonPath("$.order_id")
                .isEqualTo(id.toString())
                .jsonPath("$.customer_id")
                .isEqualTo("ada")
                .jsonPath("$.lines")
                .doesNotExist();

        String stored = jdbc.queryForObject(
                "SELECT payload::text FROM eventsource.events WHERE aggregate_id = ?", String.class, id);
        assertThat(Objects.requireNonNull(stored)).isEqualTo("{\"lines\": [], \"customerId\": \"ada\"}");
    }

    @Test
    void a_conflict_reaches_the_caller_where_commands_are_not_repeated() {
        UUID id = UUID.randomUUID();
        client.post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .header("Idempotency-Key", id.toString())
                .body(Map.of("customer_id", "ada"))
                .exchange()
                .expectStatus()
                .isCreated();

        concurrentChange
                .during(id, () -> client.post()
                        .uri("/orders/" + id + "/cancellation")
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(Map.of("reason", "changed my mind"))
                        .exchange())
                .expectStatus()
                .isEqualTo(409)
                .expectHeader()
                .contentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.title")
                .isEqualTo("Version conflict")
                .jsonPath("$.expected")
                .isEqualTo(1)
                .jsonPath("$.actual")
                .isEqualTo(2);
    }
}
