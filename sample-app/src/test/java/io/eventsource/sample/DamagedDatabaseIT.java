package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.sample.order.OrderEvent.OrderCancelled;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

/** Projections are off: they would stumble over what these tests store. */
@SampleTest
@TestPropertySource(properties = "eventsource.subscriptions.enabled=false")
class DamagedDatabaseIT {

    @Autowired
    private RestTestClient client;

    @Autowired
    private EventStore store;

    @Autowired
    private JdbcTemplate jdbc;

    @Test
    void an_undecodable_event_is_an_internal_error_that_shows_nothing() {
        UUID id = UUID.randomUUID();
        store.append(StreamAppend.to("Order", id, new OrderCancelled("kept secret")));
        damagePayloads(id);

        client.get()
                .uri("/orders/" + id)
                .exchange()
                .expectStatus()
                .isEqualTo(500)
                .expectHeader()
                .contentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody(String.class)
                .value(body -> assertThat(body)
                        .contains("Internal error")
                        .doesNotContain("order.cancelled", "Exception", "io.eventsource", "secret"));
    }

    /** The store refuses changes; a superuser can do worse. */
    private void damagePayloads(UUID id) {
        jdbc.execute(
                """
                SET session_replication_role = replica;
                UPDATE eventsource.events SET payload = '{"reason": {"secret": true}}' WHERE aggregate_id = '%s';
                RESET session_replication_role"""
                        .formatted(id));
    }

    @Test
    void health_is_up_while_all_tables_are_there() {
        for (String path : new String[] {"/actuator/health", "/actuator/health/readiness", "/readiness", "/liveness"}) {
            // what was wrong is asked again after a second
            await().untilAsserted(() -> client.get()
                    .uri(path)
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectBody()
                    .jsonPath("$.status")
                    .isEqualTo("UP"));
        }
    }

    @Test
    void readiness_is_down_and_names_a_missing_table() {
        jdbc.execute("ALTER TABLE eventsource.dead_letter_queue RENAME TO hidden");
        try {
            client.get()
                    .uri("/actuator/health/readiness")
                    .exchange()
                    .expectStatus()
                    .isEqualTo(503)
                    .expectBody()
                    .jsonPath("$.status")
                    .isEqualTo("DOWN")
                    .jsonPath("$.components.eventsource.details.missingTables[0]")
                    .isEqualTo("dead_letter_queue");
            client.get()
                    .uri("/actuator/health/liveness")
                    .exchange()
                    .expectStatus()
                    .isOk();
        } finally {
            jdbc.execute("ALTER TABLE eventsource.hidden RENAME TO dead_letter_queue");
        }
    }
}
