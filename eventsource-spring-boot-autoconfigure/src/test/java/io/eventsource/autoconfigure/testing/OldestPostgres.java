package io.eventsource.autoconfigure.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** A server of the oldest supported version, whose programs Maven has copied. Stopped with the JVM. */
final class OldestPostgres {

    private static final Path PROGRAMS = Path.of("target/postgres/12.jar");

    private static final TestDatabase.Server SERVER = start();

    private OldestPostgres() {}

    static TestDatabase.Server server() {
        return SERVER;
    }

    private static TestDatabase.Server start() {
        try {
            EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                    .setPgBinaryResolver((system, machine) -> archive())
                    .start();
            String user = "postgres";
            return new TestDatabase.Server(
                    postgres.getJdbcUrl(user, "postgres"),
                    postgres.getPort(),
                    user,
                    user,
                    "DROP DATABASE IF EXISTS %s");
        } catch (IOException failure) {
            throw new UncheckedIOException("No PostgreSQL from " + PROGRAMS, failure);
        }
    }

    private static InputStream archive() throws IOException {
        try (JarFile file = new JarFile(PROGRAMS.toFile())) {
            JarEntry archive = file.stream()
                    .filter(entry -> entry.getName().endsWith(".txz"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("No .txz in " + PROGRAMS));
            try (InputStream content = file.getInputStream(archive)) {
                return new ByteArrayInputStream(content.readAllBytes());
            }
        }
    }
}
