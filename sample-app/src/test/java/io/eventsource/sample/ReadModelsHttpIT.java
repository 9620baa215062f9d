package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;

@SampleTest
class ReadModelsHttpIT {

    @Autowired
    private RestTestClient client;

    private final String customer = "customer-" + UUID.randomUUID();

    private String order(List<Map<String, Object>> lines) {
        return post("/orders", Map.of("customerId", customer, "lines", lines))
                .path("orderId")
                .asString();
    }

    private JsonNode post(String uri, Object body) {
        return Objects.requireNonNull(client.post()
                .uri(uri)
                .contentType(MediaType.APPLICATION_JSON)
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

    private static Map<String, Object> line(int quantity, String price) {
        return Map.of("product", "kettle", "quantity", quantity, "unitPrice", new BigDecimal(price));
    }

    private JsonNode summaries(String more) {
        return get("/order-summaries?customerId=" + customer + more);
    }

    @Test
    void a_summary_follows_its_order() {
        String id = order(List.of(line(1, "49.90")));
        post("/orders/" + id + "/lines", line(2, "12.50"));
        post("/orders/" + id + "/shipment", Map.of("trackingNumber", "T1"));

        await().untilAsserted(() -> {
            JsonNode summary = summaries("").path("items").path(0);
            assertThat(summary.path("orderId").asString()).isEqualTo(id);
            assertThat(summary.path("status").asString()).isEqualTo("SHIPPED");
            assertThat(summary.path("lineCount").asInt()).isEqualTo(2);
            assertThat(summary.path("total").decimalValue()).isEqualByComparingTo("74.90");
            assertThat(summary.path("version").asInt()).isEqualTo(3);
            assertThat(summary.path("updatedAt").asString())
                    .isGreaterThan(summary.path("createdAt").asString());
        });
    }

    @Test
    void who_asks_for_an_up_to_date_list_finds_the_order_just_placed() {
        for (int count = 1; count <= 20; count++) {
            String id = order(List.of(line(1, "1.00")));

            JsonNode found = summaries("&upToDate=true&size=1");
            assertThat(found.path("totalItems").asInt()).isEqualTo(count);
            assertThat(found.path("items").path(0).path("orderId").asString()).isEqualTo(id);
        }
    }

    @Test
    void who_names_the_version_of_a_commands_answer_reads_it() {
        String id = order(List.of(line(1, "1.00")));
        for (int version = 2; version <= 20; version++) {
            String tag = Objects.requireNonNull(client.post()
                    .uri("/orders/" + id + "/lines")
                    .contentType(MediaType.APPLICATION_JSON)
                    .body(line(1, "1.00"))
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectBody(JsonNode.class)
                    .returnResult()
                    .getResponseHeaders()
                    .getETag());
            assertThat(tag).isEqualTo("\"" + version + "\"");

            client.get()
                    .uri("/order-summaries/" + id + "?minVersion=" + tag.replace("\"", ""))
                    .header("Prefer", "respond-async, wait=5")
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectHeader()
                    .valueEquals("ETag", tag)
                    .expectHeader()
                    .valueEquals("Preference-Applied", "wait=5")
                    .expectBody()
                    .jsonPath("$.lineCount")
                    .isEqualTo(version);
        }
    }

    @Test
    void a_version_that_does_not_come_in_time_is_answered_with_when_to_ask_again() {
        String id = order(List.of(line(1, "1.00")));

        client.get()
                .uri("/order-summaries/" + id + "?minVersion=2")
                .header("Prefer", "wait=0")
                .exchange()
                .expectStatus()
                .isEqualTo(503)
                .expectHeader()
                .valueEquals("Retry-After", "1")
                .expectHeader()
                .contentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON);
        client.get()
                .uri("/order-summaries/" + UUID.randomUUID())
                .exchange()
                .expectStatus()
                .isNotFound();
        client.get()
                .uri("/order-summaries/" + id + "?minVersion=0")
                .exchange()
                .expectStatus()
                .isBadRequest();
    }

    @Test
    void summaries_can_be_filtered_by_status() {
        String open = order(List.of(line(1, "1.00")));
        String cancelled = order(List.of(line(1, "1.00")));
        post("/orders/" + cancelled + "/cancellation", Map.of("reason", "changed my mind"));

        await().untilAsserted(() -> {
            assertThat(ids(summaries("&status=CANCELLED"))).containsExactly(cancelled);
            assertThat(ids(summaries("&status=OPEN"))).containsExactly(open);
            assertThat(ids(summaries("&status=SHIPPED"))).isEmpty();
        });
    }

    @Test
    void pages_together_hold_every_summary_once_newest_first() {
        List<String> newestFirst = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            newestFirst.add(0, order(List.of()));
        }
        await().untilAsserted(() ->
                assertThat(summaries("").path("totalItems").asInt()).isEqualTo(5));

        List<String> paged = new ArrayList<>();
        for (int page = 0; page < 3; page++) {
            JsonNode found = summaries("&size=2&page=" + page);
            assertThat(found.path("totalPages").asInt()).isEqualTo(3);
            paged.addAll(ids(found));
        }
        assertThat(paged).isEqualTo(newestFirst);
    }

    @Test
    void an_invalid_page_is_a_bad_request() {
        client.get()
                .uri("/order-summaries?size=0")
                .exchange()
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.errors[0].field")
                .isEqualTo("size");
    }

    @Test
    void totals_count_orders_and_what_was_shipped() {
        String shipped = order(List.of(line(1, "49.90")));
        post("/orders/" + shipped + "/lines", line(2, "12.50"));
        post("/orders/" + shipped + "/shipment", Map.of("trackingNumber", "T1"));
        String cancelled = order(List.of(line(1, "5.00")));
        post("/orders/" + cancelled + "/cancellation", Map.of("reason", "changed my mind"));
        order(List.of(line(1, "7.00")));

        await().untilAsserted(() -> {
            JsonNode all = get("/customer-totals");
            JsonNode totals = all.valueStream()
                    .filter(each -> each.path("customerId").asString().equals(customer))
                    .findFirst()
                    .orElseThrow();
            assertThat(totals.path("orders").asInt()).isEqualTo(3);
            assertThat(totals.path("shippedOrders").asInt()).isEqualTo(1);
            assertThat(totals.path("cancelledOrders").asInt()).isEqualTo(1);
            assertThat(totals.path("shippedTotal").decimalValue()).isEqualByComparingTo("74.90");
            assertThat(get("/customer-totals/" + customer)).isEqualTo(totals);
        });
    }

    @Test
    void a_customer_without_orders_is_not_found() {
        client.get()
                .uri("/customer-totals/nobody")
                .exchange()
                .expectStatus()
                .isNotFound()
                .expectHeader()
                .contentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON);
    }

    private static List<String> ids(JsonNode page) {
        return page.path("items")
                .valueStream()
                .map(item -> item.path("orderId").asString())
                .toList();
    }
}
