package io.eventsource.embedded;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * An application in a JVM of its own, without Spring on its class path: starts the server on a folder, writes one committed
 * row, says so, and ends in order when its input ends.
 */
final class OtherApplication implements AutoCloseable {

    private static final String READY = "row committed";

    private final Process process;

    private OtherApplication(Process process) {
        this.process = process;
    }

    public static void main(String[] arguments) throws Exception {
        EmbeddedPostgresServer server = EmbeddedPostgresServer.start(Servers.settings(Path.of(arguments[0])));
        Servers.execute(server, "CREATE TABLE IF NOT EXISTS note (text text)");
        Servers.execute(server, "INSERT INTO note VALUES ('kept')");
        System.out.println(READY);
        while (System.in.read() >= 0) {
            // the parent only ever ends the input
        }
    }

    static OtherApplication launch(Path dataDirectory) throws IOException {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("springframework"))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        "-Dpostgres.binaries=" + Servers.binaries().toAbsolutePath(),
                        OtherApplication.class.getName(),
                        dataDirectory.toString())
                .redirectErrorStream(true)
                .start();
        return new OtherApplication(process);
    }

    /** Waits until the row is committed; the pipe's end fails the test with all the application has said. */
    OtherApplication ready() throws IOException {
        StringBuilder said = new StringBuilder();
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line;
        while ((line = reader.readLine()) != null) {
            if (line.equals(READY)) {
                return this;
            }
            said.append(line).append('\n');
        }
        throw new AssertionError("The application ended early: " + said);
    }

    long pid() {
        return process.pid();
    }

    /** What {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Lets it end by itself, so that only its JVM's exit hook stops the server. */
    void exit() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("The application did not end");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
