package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The service in a JVM of its own, with its data in a folder of the test. */
final class ServiceProcess {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Process process;
    private final Path log;

    private ServiceProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static String[] arguments(Path folder, int port) {
        return new String[] {
            "--server.port=" + port,
            "--eventsource.embedded-postgres.data-directory=" + folder.resolve("postgres"),
            // what looks at the data afterwards in the JVM of the test looks at those of the service
            "--eventsource.embedded-postgres.throw-away-in-tests=false",
            "--spring.datasource.hikari.maximum-pool-size=8"
        };
    }

    /** Starts it and waits until it is ready. */
    static ServiceProcess start(Path folder, int port) throws IOException, InterruptedException {
        return start(folder.resolve("service.log"), port, Map.of(), arguments(folder, port));
    }

    /** Starts it with variables and arguments and waits until it is ready. */
    static ServiceProcess start(Path log, int port, Map<String, String> variables, String... arguments)
            throws IOException, InterruptedException {
        ServiceProcess service = new ServiceProcess(launch(log, variables, arguments), log);
        boolean ready = false;
        try {
            service.awaitReady(port);
            ready = true;
            return service;
        } finally {
            if (!ready) {
                service.stop();
            }
        }
    }

    private static Process launch(Path log, Map<String, String> variables, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SampleApplication.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(variables);
        return builder.start();
    }

    /** Runs it with the arguments given until it ends by itself; returns the exit code. */
    static int runToItsEnd(Path log, String... arguments) throws IOException, InterruptedException {
        Process process = launch(log, Map.of(), arguments);
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("the process has ended")
                    .isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    private void awaitReady(int port) {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + port + "/actuator/health/readiness"))
                .timeout(Duration.ofSeconds(5))
                .build();
        await().atMost(PATIENCE)
                .failFast("the service has ended", () -> assertThat(process.isAlive())
                        .as(Files.readString(log))
                        .isTrue())
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> http.send(request, HttpResponse.BodyHandlers.discarding())
                                .statusCode()
                        == 200);
    }

    /** As an orchestrator asks it to end: by SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Waits until it has ended; returns its exit code. */
    int awaitEnd() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("the process has ended")
                .isTrue();
        return process.exitValue();
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /** As {@code kill -9} does it. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** In order; by force when that takes too long. */
    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            kill();
        }
    }
}
