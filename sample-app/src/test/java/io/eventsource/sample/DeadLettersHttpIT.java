package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;

/** The steps of the README. */
@SampleTest
class DeadLettersHttpIT {

    private static final String TOTALS = "customer-totals";

    @Autowired
    private RestTestClient client;

    private final String customer = "customer-" + UUID.randomUUID();
    private final String order = UUID.randomUUID().toString();

    @AfterEach
    void mend() {
        client.delete().uri("/failures/" + TOTALS).exchange().expectStatus().isNoContent();
        post("/dead-letters/replay", Map.of());
    }

    private void tellToFail(Map<String, Object> when) {
        client.put()
                .uri("/failures/" + TOTALS)
                .contentType(MediaType.APPLICATION_JSON)
                .body(when)
                .exchange()
                .expectStatus()
                .isOk();
        assertThat(get("/failures").path(TOTALS).isObject()).isTrue();
    }

    private JsonNode post(String uri, Object body) {
        return Objects.requireNonNull(client.post()
                .uri(uri)
                .contentType(MediaType.APPLICATION_JSON)
                .header("Idempotency-Key", order)
                .body(body)
                .exchange()
                .expectStatus()
                .is2xxSuccessful()
                .expectBody(JsonNode.class)
                .returnResult()
                .getResponseBody());
    }

    private JsonNode get(String uri) {
        return Objects.requireNonNull(client.get()
                .uri(uri)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(JsonNode.class)
                .returnResult()
                .getResponseBody());
    }

    private static Map<String, Object> line() {
        return Map.of("product", "kettle", "quantity", 1, "unitPrice", new BigDecimal("49.90"));
    }

    private void orderALineAndShip() {
        post("/orders", Map.of("customerId", customer, "lines", List.of()));
        post("/orders/" + order + "/lines", line());
        post("/orders/" + order + "/shipment", Map.of("trackingNumber", "T1"));
    }

    private List<String> letters(String field) {
        return get("/dead-letters?projection=" + TOTALS)
                .valueStream()
                .filter(each -> each.path("aggregateId").asString().equals(order))
                .map(each -> each.path(field).asString())
                .toList();
    }

    private String state() {
        return get("/projections/" + TOTALS).path("state").asString();
    }

    private JsonNode totals() {
        return get("/customer-totals/" + customer);
    }

    @Test
    void an_event_is_retried_parked_with_what_follows_it_and_replayed_in_order() {
        tellToFail(Map.of("eventType", "order.line-added"));
        orderALineAndShip();

        await().pollInterval(Duration.ofMillis(20)).until(this::state, "RETRYING"::equals);
        await().untilAsserted(() -> assertThat(letters("status")).containsExactly("FAILED", "WAITING"));
        assertThat(letters("eventType")).containsExactly("order.line-added", "order.shipped");
        assertThat(letters("retryCount")).containsExactly("3", "0");
        assertThat(letters("category").get(0)).isEqualTo("TRANSIENT");
        assertThat(state()).isIn("LIVE", "CATCHING_UP");
        assertThat(totals().path("orders").asInt()).isOne();
        assertThat(totals().path("shippedOrders").asInt()).isZero();
        assertThat(get("/actuator/health/eventsourceDeadLetters")
                        .path("details")
                        .path("open")
                        .asInt())
                .isEqualTo(2);

        assertThat(post("/dead-letters/replay?projection=" + TOTALS, Map.of())
                        .path("failed")
                        .asInt())
                .isOne();
        client.delete().uri("/failures/" + TOTALS).exchange();
        assertThat(post("/dead-letters/replay?projection=" + TOTALS, Map.of())
                        .path("resolved")
                        .asInt())
                .isEqualTo(2);

        assertThat(letters("id")).isEmpty();
        assertThat(totals().path("shippedOrders").asInt()).isOne();
        assertThat(totals().path("shippedTotal").decimalValue()).isEqualByComparingTo("49.90");
    }

    @Test
    void a_permanent_failure_parks_one_order_and_what_follows_a_discard_is_handled() {
        tellToFail(Map.of("orderId", order, "eventType", "order.line-added", "permanent", true));
        orderALineAndShip();

        await().untilAsserted(() -> assertThat(letters("retryCount")).containsExactly("0", "0"));
        client.delete().uri("/failures/" + TOTALS).exchange();
        discard(letters("id").get(0)).expectStatus().isNoContent();

        await().untilAsserted(() -> assertThat(letters("id")).isEmpty());
        assertThat(totals().path("shippedOrders").asInt()).isOne();
        assertThat(totals().path("shippedTotal").decimalValue()).isZero();
    }

    private RestTestClient.ResponseSpec discard(String id) {
        return client.post()
                .uri("/dead-letters/" + id + "/discard")
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of("operator", "ada", "reason", "a test order"))
                .exchange();
    }

    @Test
    void what_is_not_there_is_not_found() {
        discard("999999999").expectStatus().isNotFound();
        client.get().uri("/projections/nothing").exchange().expectStatus().isNotFound();
        client.post()
                .uri("/projections/nothing/rebuild")
                .exchange()
                .expectStatus()
                .isNotFound();
    }

    @Test
    void a_rebuild_makes_read_models_anew_as_they_were() {
        orderALineAndShip();
        for (String projection : List.of(TOTALS, "order-summaries")) {
            await().until(() -> get("/projections/" + projection).path("lag").asLong() == 0);
        }
        JsonNode totals = totals();
        JsonNode summaries = get("/order-summaries?customerId=" + customer);
        assertThat(totals.path("shippedOrders").asInt()).isOne();

        for (String projection : List.of(TOTALS, "order-summaries")) {
            client.post()
                    .uri("/projections/" + projection + "/rebuild")
                    .exchange()
                    .expectStatus()
                    .isAccepted();
        }

        await().untilAsserted(() -> {
            assertThat(totals()).isEqualTo(totals);
            assertThat(get("/order-summaries?customerId=" + customer)).isEqualTo(summaries);
            assertThat(get("/projections/" + TOTALS).path("rebuilding").asBoolean())
                    .isFalse();
        });
    }
}
