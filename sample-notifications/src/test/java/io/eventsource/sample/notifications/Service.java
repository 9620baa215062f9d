package io.eventsource.sample.notifications;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A service in a JVM of its own, with its database in a folder of the test. It can be killed, and started again where it was. */
final class Service implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port = freePort();
    private final List<String> command = new ArrayList<>();
    private final Path log;
    private Process process;

    private Service(Path folder, List<String> program, String... arguments) throws IOException {
        log = folder.resolveSibling(folder.getFileName() + ".log");
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(program);
        command.addAll(List.of(arguments));
        command.add("--server.port=" + port);
        command.add("--eventsource.embedded-postgres.data-directory=" + folder);
        command.add("--eventsource.pool.preset=light");
        process = launch();
    }

    /** The order application, as it is packaged. */
    static Service orders(Path folder, String... arguments) throws IOException {
        return new Service(folder, List.of("-jar", "../sample-app/target/sample-app.jar"), arguments);
    }

    static Service notifications(Path folder, String... arguments) throws IOException {
        return new Service(
                folder,
                List.of("-cp", System.getProperty("java.class.path"), NotificationsApplication.class.getName()),
                arguments);
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    Service awaitReady() {
        await().atMost(PATIENCE)
                .failFast("the service has ended", () -> assertThat(process.isAlive())
                        .as(Files.readString(log))
                        .isTrue())
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> send(request("/actuator/health/readiness").GET()).statusCode() == 200);
        return this;
    }

    /** As {@code kill -9} does it. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void restart() throws IOException {
        process = launch();
    }

    String get(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = send(request(path).GET());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    String post(String path, int status, String json) throws IOException, InterruptedException {
        HttpResponse<String> response = send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return response.body();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(10));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** In order, so that its database ends too; by force when that takes too long. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
