package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** Runs the commands of the page for operators. */
@SampleTest
@TestPropertySource(
        properties = {
            "management.endpoint.eventsource.access=unrestricted",
            "spring.datasource.hikari.maximum-pool-size=8"
        })
class OperationsCommandsIT {

    private final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    private HttpResponse<String> send(HttpRequest request) throws Exception {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void every_command_of_the_page_for_operators_succeeds() throws Exception {
        URI totals =
                URI.create("http://localhost:%d/actuator/eventsource/subscriptions/customer-totals".formatted(port));
        // what has no checkpoint yet cannot be rebuilt
        await().untilAsserted(() ->
                assertThat(send(HttpRequest.newBuilder(totals).build()).body()).contains("\"state\":\"LIVE\""));
        List<List<String>> commands = DocumentedCommands.of(Path.of("..", "docs", "operations.md"));

        assertThat(commands).hasSizeGreaterThan(5);
        for (List<String> command : commands) {
            assertThat(command.get(0)).isEqualTo("curl");
            HttpResponse<String> answer = send(DocumentedCommands.request(command, port));
            assertThat(answer.statusCode()).as("%s: %s", command, answer.body()).isBetween(200, 299);
        }
    }
}
