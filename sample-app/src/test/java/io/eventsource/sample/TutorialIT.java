package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Runs the commands of the tutorial. */
@SampleTest
class TutorialIT {

    private final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Test
    void every_command_of_the_tutorial_succeeds() throws IOException, InterruptedException {
        List<List<String>> commands = DocumentedCommands.of(Path.of("..", "docs", "tutorial.md"));

        assertThat(commands).hasSizeGreaterThan(20);
        for (List<String> command : commands) {
            if (command.get(0).equals("sleep")) {
                awaitParked();
            } else {
                assertThat(command.get(0)).isEqualTo("curl");
                succeeds(command);
            }
        }
        String totals = "http://localhost:" + port + "/customer-totals/customer-2";
        assertThat(send(HttpRequest.newBuilder(URI.create(totals)).build()).body())
                .contains("37.90");
    }

    /** A projection follows, so that it may have the answer a moment later; commands are sent once. */
    private void succeeds(List<String> command) throws IOException, InterruptedException {
        HttpRequest request = DocumentedCommands.request(command, port);
        if (request.method().equals("GET")) {
            await().untilAsserted(() ->
                    assertThat(send(request).statusCode()).as("%s", command).isBetween(200, 299));
        } else {
            assertThat(send(request).statusCode()).as("%s", command).isBetween(200, 299);
        }
    }

    private void awaitParked() {
        URI letters = URI.create("http://localhost:" + port + "/dead-letters?projection=customer-totals");
        await().untilAsserted(() ->
                assertThat(send(HttpRequest.newBuilder(letters).build()).body()).contains("order.shipped"));
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
