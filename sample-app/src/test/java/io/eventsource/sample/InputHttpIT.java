package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Every request of the sample, with every value that a client should not send. */
@SampleTest
class InputHttpIT {

    private static final List<String> WORDS = List.of(
            "",
            " ",
            "\u0000",
            "a\u0000b",
            "-1",
            "0",
            "1.5",
            "x",
            "-9223372036854775808",
            "9223372036854775807",
            "9223372036854775808",
            "x".repeat(3_000));

    /** As they stand in a JSON object. */
    private static final List<String> JSON = List.of(
            "null",
            "\"\"",
            "\" \"",
            "\"\\u0000\"",
            "\"a\\u0000b\"",
            "\"\\ud800\"",
            "\"" + "x".repeat(100_000) + "\"",
            "-1",
            "0",
            "1e400",
            "9223372036854775808",
            "true",
            "[]",
            "{}",
            "[null]",
            "[{}]");

    private final HttpClient http = HttpClient.newHttpClient();
    private final UUID order = UUID.randomUUID();
    private final UUID voucher = UUID.randomUUID();

    @LocalServerPort
    private int port;

    private HttpResponse<String> ask(String method, String path, @Nullable String body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void check(List<String> faults, String method, String path, @Nullable String body)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = ask(method, path, body);
        if (answer.statusCode() >= 500) {
            faults.add("%s %s %s: %d %s"
                    .formatted(method, shown(path), shown(String.valueOf(body)), answer.statusCode(), answer.body()));
        }
    }

    private static String shown(String text) {
        return text.length() > 100 ? text.substring(0, 100) + "…" : text;
    }

    private void prepare() throws IOException, InterruptedException {
        String line = "{\"customerId\":\"ada\",\"lines\":[{\"product\":\"tea\",\"quantity\":1,\"unitPrice\":3.50}]}";
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/orders"))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", order.toString())
                .POST(HttpRequest.BodyPublishers.ofString(line))
                .build();
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(201);
        assertThat(ask("POST", "/vouchers/" + voucher, "{\"amount\":50.00}").statusCode())
                .isEqualTo(201);
    }

    @Test
    void no_value_of_a_path_or_a_query_is_answered_with_500() throws Exception {
        prepare();
        List<String> queries = List.of(
                "/orders/" + order + "?version=",
                "/order-summaries?customerId=",
                "/order-summaries?status=",
                "/order-summaries?page=",
                "/order-summaries?size=",
                "/order-summaries?upToDate=",
                "/customer-totals?after=",
                "/customer-totals?size=",
                "/customer-totals/",
                "/dead-letters?projection=",
                "/dead-letters?after=",
                "/dead-letters?size=",
                "/projections/",
                "/orders/",
                "/vouchers/");
        List<String> faults = new ArrayList<>();
        for (String word : WORDS) {
            String encoded = URLEncoder.encode(word, StandardCharsets.UTF_8).replace("+", "%20");
            for (String query : queries) {
                check(faults, "GET", query + encoded, null);
            }
            check(faults, "POST", "/dead-letters/replay?projection=" + encoded, null);
            check(faults, "POST", "/dead-letters/replay?limit=" + encoded, null);
            check(faults, "POST", "/dead-letters/" + encoded + "/discard", "{}");
            check(faults, "POST", "/projections/" + encoded + "/rebuild", null);
            check(faults, "DELETE", "/failures/" + encoded, null);
        }

        assertThat(faults).isEmpty();
    }

    private Map<String, List<String>> bodies() {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        fields.put("/orders", List.of("customerId", "lines"));
        fields.put("/orders/" + order + "/lines", List.of("product", "quantity", "unitPrice"));
        fields.put("/orders/" + order + "/shipment", List.of("trackingNumber"));
        fields.put("/orders/" + order + "/cancellation", List.of("reason"));
        fields.put("/vouchers/" + UUID.randomUUID(), List.of("amount"));
        fields.put("/vouchers/" + voucher + "/redemptions", List.of("amount"));
        fields.put("/dead-letters/1/discard", List.of("operator", "reason"));
        return fields;
    }

    private static String rest(String field) {
        Map<String, String> good = new LinkedHashMap<>();
        good.put("customerId", "\"ada\"");
        good.put("product", "\"cup\"");
        good.put("quantity", "1");
        good.put("unitPrice", "1.50");
        good.put("operator", "\"ada\"");
        good.put("reason", "\"a test\"");
        good.remove(field);
        StringBuilder rest = new StringBuilder();
        good.forEach((name, value) -> rest.append(",\"%s\":%s".formatted(name, value)));
        return rest.toString();
    }

    @Test
    void no_value_of_a_body_is_answered_with_500() throws Exception {
        prepare();
        List<String> faults = new ArrayList<>();
        for (Map.Entry<String, List<String>> request : bodies().entrySet()) {
            for (String field : request.getValue()) {
                for (String value : JSON) {
                    check(faults, "POST", request.getKey(), "{\"%s\":%s%s}".formatted(field, value, rest(field)));
                }
            }
            for (String body : List.of("", "{}", "null", "[]", "7", "{", "x")) {
                check(faults, "POST", request.getKey(), body);
            }
        }

        assertThat(faults).isEmpty();
    }

    @Test
    void a_command_to_the_id_of_something_else_is_a_conflict_with_the_reason() throws Exception {
        prepare();
        HttpResponse<String> issued = ask("POST", "/vouchers/" + order, "{\"amount\":5.00}");
        assertThat(issued.statusCode()).as(issued.body()).isEqualTo(409);
        assertThat(issued.body()).contains("is a stream of type 'Order', not 'Voucher'");
        assertThat(ask("POST", "/vouchers/" + order + "/redemptions", "{\"amount\":5.00}")
                        .statusCode())
                .isIn(404, 409);
        HttpResponse<String> shipped =
                ask("POST", "/orders/" + voucher + "/shipment", "{\"trackingNumber\":\"RR123456785\"}");
        assertThat(shipped.statusCode()).as(shipped.body()).isIn(404, 409);
    }
}
