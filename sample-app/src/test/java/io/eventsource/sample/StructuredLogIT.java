package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.Environment;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The log as JSON, which takes one property. */
@SampleTest
@ExtendWith(OutputCaptureExtension.class)
@TestPropertySource(
        properties = {
            "logging.structured.format.console=ecs",
            "logging.level.io.eventsource=DEBUG",
            "spring.datasource.hikari.maximum-pool-size=8"
        })
class StructuredLogIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Autowired
    private RestTestClient client;

    @Autowired
    private Environment environment;

    private static List<JsonNode> lines(CapturedOutput output, String message) {
        return output.getOut()
                .lines()
                .filter(line -> line.startsWith("{"))
                .map(JSON::readTree)
                .filter(line -> line.path("message").asString("").equals(message))
                .toList();
    }

    private static String field(JsonNode line, String group, String name) {
        JsonNode flat = line.path(group + "." + name);
        return (flat.isMissingNode() ? line.path(group).path(name) : flat).asString("");
    }

    @Test
    void what_a_handler_logs_has_the_event_and_the_correlation_as_fields_and_no_payload(CapturedOutput output) {
        String customer = "customer-" + UUID.randomUUID();
        String correlation = "request-" + UUID.randomUUID();
        client.post()
                .uri("/orders")
                .header("X-Correlation-Id", correlation)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of("customerId", customer, "lines", List.of()))
                .exchange()
                .expectStatus()
                .is2xxSuccessful();

        await().untilAsserted(() -> assertThat(lines(output, "Listed a new order"))
                .singleElement()
                .satisfies(line -> {
                    assertThat(field(line, "subscription", "name")).isEqualTo("order-summaries");
                    assertThat(field(line, "event", "type")).isNotEmpty();
                    assertThat(UUID.fromString(field(line, "event", "id"))).isNotNull();
                    assertThat(UUID.fromString(field(line, "aggregate", "id"))).isNotNull();
                    assertThat(field(line, "correlation", "id")).isEqualTo(correlation);
                }));
        await().untilAsserted(() -> assertThat(output.getOut().lines())
                .filteredOn(line -> line.startsWith("{") && line.contains("handled 1 events up to position"))
                .isNotEmpty()
                .map(JSON::readTree)
                .allSatisfy(line -> {
                    assertThat(field(line, "subscription", "name")).isNotEmpty();
                    assertThat(Long.parseLong(field(line, "subscription", "lag")))
                            .isNotNegative();
                    assertThat(Long.parseLong(field(line, "batch", "duration_ms")))
                            .isNotNegative();
                    assertThat(field(line, "batch", "events")).isEqualTo("1");
                }));
        assertThat(output.getOut()).doesNotContain(customer);
        String password = environment.getProperty("spring.datasource.password");
        if (password != null) {
            assertThat(output.getOut()).doesNotContain(password);
        }
    }
}
