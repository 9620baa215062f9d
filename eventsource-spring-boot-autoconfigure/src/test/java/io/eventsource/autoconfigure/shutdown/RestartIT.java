package io.eventsource.autoconfigure.shutdown;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.autoconfigure.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts and ends of an application in one JVM, as those of contexts that tests keep, and of restarts by Spring's devtools. */
class RestartIT {

    private final TestDatabase database = TestDatabase.create();

    @TempDir
    private Path folder;

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    /** Only the application's classes are reloaded, as devtools do it. */
    @Test
    void an_application_that_is_closed_leaves_nothing_behind() throws Exception {
        Path log = folder.resolve("restarts.log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                // caches of the JDK and of Spring may hold a class loader softly
                "-XX:SoftRefLRUPolicyMSPerMB=0",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                RestartProbe.class.getName(),
                "io.eventsource.autoconfigure.restart.,io.eventsource.autoconfigure.account."));
        for (String property : database.properties()) {
            if (property.startsWith("spring.datasource.") && !property.contains("hikari")) {
                command.add(property.substring(property.indexOf('=') + 1));
            }
        }
        for (String property : database.properties()) {
            command.add("--" + property);
        }
        command.addAll(List.of(
                "--spring.datasource.hikari.register-mbeans=true",
                "--eventsource.shutdown.exit-zero-on-sigterm=true",
                "--eventsource.outbox.destinations.listeners.transport=spring",
                "--eventsource.outbox.destinations.listeners.events=deposited",
                "--eventsource.snapshots.threshold=1"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).as(() -> text(log)).isZero();
            assertThat(text(log)).contains("Nothing was left behind");
        } finally {
            process.destroyForcibly();
        }
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
