package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.PayloadSerializer;
import io.eventsource.sample.order.OrderEvent.OrderCancelled;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.EventStore;
import io.eventsource.store.LogHead;
import io.eventsource.store.LogSignal;
import io.eventsource.store.StreamAppend;
import java.time.Clock;
import java.util.UUID;
import javax.sql.DataSource;
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
    private DataSource dataSource;

    @Autowired
    private EventSourceSchema schema;

    @Autowired
    private LogHead logHead;

    @Autowired
    private JdbcTemplate jdbc;

    @Test
    void anUndecodableEventIsAnInternalErrorThatShowsNothing() {
        UUID id = UUID.randomUUID();
        storeWithBrokenPayloads().append(StreamAppend.to("Order", id, new OrderCancelled("secret")));

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

    private EventStore storeWithBrokenPayloads() {
        PayloadSerializer broken = new PayloadSerializer() {
            @Override
            public String serialize(Object value) {
                return "{\"reason\": {\"secret\": true}}";
            }

            @Override
            public <T> T deserialize(String json, Class<T> type) {
                throw new UnsupportedOperationException();
            }
        };
        return EventStore.postgres(
                dataSource,
                schema,
                new EventCodec(EventRegistry.of(OrderCancelled.class), broken),
                logHead,
                new LogSignal(),
                Clock.systemUTC(),
                UUID::randomUUID);
    }

    @Test
    void healthIsUpWhileAllTablesAreThere() {
        for (String path : new String[] {"/actuator/health", "/actuator/health/readiness", "/readiness", "/liveness"}) {
            client.get()
                    .uri(path)
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectBody()
                    .jsonPath("$.status")
                    .isEqualTo("UP");
        }
    }

    @Test
    void readinessIsDownAndNamesAMissingTable() {
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
