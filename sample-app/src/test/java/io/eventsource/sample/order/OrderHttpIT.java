package io.eventsource.sample.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.sample.ConcurrentChange;
import io.eventsource.sample.SampleTest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

@SampleTest
class OrderHttpIT {

    private static final Map<String, Object> KETTLE = Map.of("product", "kettle", "quantity", 1, "unitPrice", 49.9);
    private static final Map<String, Object> BEANS = Map.of("product", "beans", "quantity", 2, "unitPrice", 12.5);

    @Autowired
    private RestTestClient client;

    @Autowired
    private ConcurrentChange concurrentChange;

    private RestTestClient.ResponseSpec post(String uri, Object body, String... header) {
        RestTestClient.RequestBodySpec request = client.post().uri(uri).contentType(MediaType.APPLICATION_JSON);
        if (header.length > 0) {
            request = request.header(header[0], header[1]);
        }
        return request.body(body).exchange();
    }

    private String created() {
        String location = post("/orders", Map.of("customerId", "ada", "lines", List.of(KETTLE)))
                .expectStatus()
                .isCreated()
                .returnResult(String.class)
                .getResponseHeaders()
                .getFirst(HttpHeaders.LOCATION);
        return Objects.requireNonNull(location);
    }

    @Nested
    class Creating {

        @Test
        void answers_with_the_order_and_its_location() {
            String order = created();

            client.get()
                    .uri(order)
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectHeader()
                    .valueEquals(HttpHeaders.ETAG, "\"1\"")
                    .expectBody()
                    .jsonPath("$.version")
                    .isEqualTo(1)
                    .jsonPath("$.customerId")
                    .isEqualTo("ada")
                    .jsonPath("$.status")
                    .isEqualTo("OPEN")
                    .jsonPath("$.lines.length()")
                    .isEqualTo(1)
                    .jsonPath("$.total")
                    .isEqualTo(49.9);
        }

        @Test
        void twice_with_one_idempotency_key_makes_one_order() {
            String key = UUID.randomUUID().toString();
            Map<String, Object> body = Map.of("customerId", "ada", "lines", List.of(KETTLE));
            post("/orders", body, "Idempotency-Key", key)
                    .expectStatus()
                    .isCreated()
                    .expectHeader()
                    .valueEquals(HttpHeaders.LOCATION, "/orders/" + key);
            post("/orders/" + key + "/lines", BEANS).expectStatus().isOk();

            post("/orders", body, "Idempotency-Key", key)
                    .expectStatus()
                    .isOk()
                    .expectHeader()
                    .valueEquals(HttpHeaders.LOCATION, "/orders/" + key)
                    .expectBody()
                    .jsonPath("$.version")
                    .isEqualTo(2);
        }

        @Test
        void is_refused_when_the_idempotency_key_belongs_to_another_order() {
            String key = UUID.randomUUID().toString();
            post("/orders", Map.of("customerId", "ada"), "Idempotency-Key", key)
                    .expectStatus()
                    .isCreated();

            post("/orders", Map.of("customerId", "bob"), "Idempotency-Key", key)
                    .expectStatus()
                    .isEqualTo(422)
                    .expectHeader()
                    .contentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON)
                    .expectBody()
                    .jsonPath("$.title")
                    .isEqualTo("Idempotency key reused");
        }

        @Test
        void names_every_invalid_field() {
            post("/orders", Map.of("customerId", " ", "lines", List.of(Map.of("product", "kettle", "quantity", 0))))
                    .expectStatus()
                    .isBadRequest()
                    .expectHeader()
                    .contentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON)
                    .expectBody()
                    .jsonPath("$.errors[*].field")
                    .value(new ParameterizedTypeReference<List<String>>() {}, fields -> assertThat(fields)
                            .containsExactlyInAnyOrder("customerId", "lines[0].quantity", "lines[0].unitPrice"));
        }

        @Test
        void is_refused_when_the_body_is_no_json() {
            client.post()
                    .uri("/orders")
                    .contentType(MediaType.APPLICATION_JSON)
                    .body("{\"customerId\":")
                    .exchange()
                    .expectStatus()
                    .isBadRequest()
                    .expectBody()
                    .jsonPath("$.status")
                    .isEqualTo(400);
        }

        @Test
        void is_refused_for_text_that_cannot_be_stored() {
            post("/orders", Map.of("customerId", "a\u0000b"))
                    .expectStatus()
                    .isBadRequest()
                    .expectBody()
                    .jsonPath("$.title")
                    .isEqualTo("Text that cannot be stored");
        }
    }

    @Nested
    class Changing {

        @Test
        void adds_lines_and_ships() {
            String order = created();

            post(order + "/lines", BEANS, HttpHeaders.IF_MATCH, "\"1\"")
                    .expectStatus()
                    .isOk()
                    .expectHeader()
                    .valueEquals(HttpHeaders.ETAG, "\"2\"");
            post(order + "/shipment", Map.of("trackingNumber", "T1"))
                    .expectStatus()
                    .isOk()
                    .expectBody()
                    .jsonPath("$.status")
                    .isEqualTo("SHIPPED")
                    .jsonPath("$.trackingNumber")
                    .isEqualTo("T1")
                    .jsonPath("$.total")
                    .isEqualTo(74.9);
        }

        @Test
        void answers_an_illegal_transition_with_its_reason() {
            String order = created();
            post(order + "/cancellation", Map.of("reason", "changed my mind"))
                    .expectStatus()
                    .isOk();

            post(order + "/shipment", Map.of("trackingNumber", "T1"))
                    .expectStatus()
                    .isEqualTo(409)
                    .expectHeader()
                    .contentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON)
                    .expectBody()
                    .jsonPath("$.title")
                    .isEqualTo("Illegal transition")
                    .jsonPath("$.detail")
                    .isEqualTo("The order is cancelled: it cannot be shipped.")
                    .jsonPath("$.orderStatus")
                    .isEqualTo("CANCELLED");
        }

        @Test
        void answers_an_old_if_match_with_both_versions() {
            String order = created();
            post(order + "/lines", BEANS).expectStatus().isOk();

            post(order + "/lines", BEANS, HttpHeaders.IF_MATCH, "\"1\"")
                    .expectStatus()
                    .isEqualTo(412)
                    .expectBody()
                    .jsonPath("$.expected")
                    .isEqualTo(1)
                    .jsonPath("$.actual")
                    .isEqualTo(2);
        }

        @Test
        void refuses_an_if_match_that_is_no_version() {
            post(created() + "/lines", BEANS, HttpHeaders.IF_MATCH, "\"abc\"")
                    .expectStatus()
                    .isBadRequest();
        }

        @Test
        void is_repeated_when_somebody_else_changes_the_order() {
            String order = created();

            concurrentChange
                    .during(orderId(order), () -> post(order + "/lines", BEANS))
                    .expectStatus()
                    .isOk()
                    .expectBody()
                    .jsonPath("$.version")
                    .isEqualTo(3);
        }

        @Test
        void answers_a_concurrent_change_of_an_expected_version_as_a_failed_precondition() {
            String order = created();

            concurrentChange
                    .during(orderId(order), () -> post(order + "/lines", BEANS, HttpHeaders.IF_MATCH, "\"1\""))
                    .expectStatus()
                    .isEqualTo(412)
                    .expectBody()
                    .jsonPath("$.expected")
                    .isEqualTo(1)
                    .jsonPath("$.actual")
                    .isEqualTo(2);
        }

        private static UUID orderId(String location) {
            return UUID.fromString(location.substring("/orders/".length()));
        }
    }

    @Nested
    class Reading {

        @Test
        void an_unknown_order_is_not_found() {
            String id = UUID.randomUUID().toString();
            for (String path : List.of("/orders/" + id, "/orders/" + id + "?version=1", "/orders/" + id + "/history")) {
                client.get()
                        .uri(path)
                        .exchange()
                        .expectStatus()
                        .isNotFound()
                        .expectHeader()
                        .contentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON)
                        .expectBody()
                        .jsonPath("$.orderId")
                        .isEqualTo(id);
            }
            post("/orders/" + id + "/lines", BEANS).expectStatus().isNotFound();
        }

        @Test
        void an_earlier_version_is_the_order_as_it_was() {
            String order = created();
            post(order + "/lines", BEANS).expectStatus().isOk();

            client.get()
                    .uri(order + "?version=1")
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectHeader()
                    .valueEquals(HttpHeaders.ETAG, "\"1\"")
                    .expectBody()
                    .jsonPath("$.lines.length()")
                    .isEqualTo(1);
        }

        @Test
        void a_version_beyond_the_last_is_not_found() {
            client.get()
                    .uri(created() + "?version=2")
                    .exchange()
                    .expectStatus()
                    .isNotFound()
                    .expectBody()
                    .jsonPath("$.title")
                    .isEqualTo("Unknown version");
        }

        @Test
        void a_version_below_one_is_a_bad_request() {
            client.get()
                    .uri(created() + "?version=0")
                    .exchange()
                    .expectStatus()
                    .isBadRequest()
                    .expectBody()
                    .jsonPath("$.errors[0].field")
                    .isEqualTo("version");
        }

        @Test
        void an_unchanged_order_is_not_sent_again() {
            client.get()
                    .uri(created())
                    .header(HttpHeaders.IF_NONE_MATCH, "\"1\"")
                    .exchange()
                    .expectStatus()
                    .isNotModified();
        }

        @Test
        void the_history_tells_what_happened_and_who_caused_it() {
            String order = created();
            client.post()
                    .uri(order + "/cancellation")
                    .contentType(MediaType.APPLICATION_JSON)
                    .header("X-Actor-Id", "clerk-7")
                    .header("X-Correlation-Id", "request-42")
                    .body(Map.of("reason", "changed my mind"))
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectHeader()
                    .valueEquals("X-Correlation-Id", "request-42");

            client.get()
                    .uri(order + "/history")
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectBody()
                    .jsonPath("$.length()")
                    .isEqualTo(2)
                    .jsonPath("$[0].eventType")
                    .isEqualTo("order.created")
                    .jsonPath("$[0].payload.customerId")
                    .isEqualTo("ada")
                    .jsonPath("$[1].version")
                    .isEqualTo(2)
                    .jsonPath("$[1].eventType")
                    .isEqualTo("order.cancelled")
                    .jsonPath("$[1].metadata.actorId")
                    .isEqualTo("clerk-7")
                    .jsonPath("$[1].metadata.correlationId")
                    .isEqualTo("request-42")
                    .jsonPath("$[1].payload.reason")
                    .isEqualTo("changed my mind");
        }
    }
}
