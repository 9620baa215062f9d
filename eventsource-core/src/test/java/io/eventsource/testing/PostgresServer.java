package io.eventsource.testing;

import io.eventsource.schema.SchemaMigrator;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * A real server of one major version, started when it is first asked for, shared by all tests of this JVM and stopped
 * with it. A test that cannot have its server fails.
 */
final class PostgresServer {

    private static final Map<Integer, PostgresServer> SERVERS = new ConcurrentHashMap<>();

    /** The template of a database with nothing in it. */
    static final String EMPTY = "template1";

    private final EmbeddedPostgres postgres;
    private boolean migrated;

    private PostgresServer(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    /** A server of its own, on a cluster that nobody has written to. */
    static PostgresServer fresh(int major, Map<String, String> settings) {
        return start(major, settings);
    }

    void stop() {
        try {
            postgres.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    int port() {
        return postgres.getPort();
    }

    static PostgresServer ofMajorVersion(int major) {
        return SERVERS.computeIfAbsent(major, version -> start(version, Map.of()));
    }

    private static PostgresServer start(int major, Map<String, String> settings) {
        EmbeddedPostgres.Builder builder = builder(major);
        settings.forEach(builder::setServerConfig);
        return new PostgresServer(started(major, builder));
    }

    static EmbeddedPostgres.Builder builder(int major) {
        Path jar = jar(major);
        return EmbeddedPostgres.builder()
                .setPgBinaryResolver((system, machine) -> archiveIn(jar))
                .setServerConfig("max_connections", "300")
                .setServerConfig("max_prepared_transactions", "10");
    }

    static EmbeddedPostgres started(int major, EmbeddedPostgres.Builder builder) {
        try {
            return builder.start();
        } catch (IOException failure) {
            throw new UncheckedIOException("No PostgreSQL %d from %s".formatted(major, jar(major)), failure);
        }
    }

    private static Path jar(int major) {
        return Path.of(System.getProperty("postgres.binaries", "target/postgres"), major + ".jar");
    }

    private static InputStream archiveIn(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            JarEntry archive = file.stream()
                    .filter(entry -> entry.getName().endsWith(".txz"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("No .txz in " + jar));
            try (InputStream content = file.getInputStream(archive)) {
                return new ByteArrayInputStream(content.readAllBytes());
            }
        }
    }

    /** The template of a database with the library's tables: migrations are run once, and copied. */
    synchronized String migrated() {
        String template = "template_migrated";
        if (!migrated) {
            administer("CREATE DATABASE " + template);
            new SchemaMigrator(new DriverManagerDataSource(url(template)), TestDatabase.SCHEMA).migrate();
            migrated = true;
        }
        return template;
    }

    void administer(String statement) {
        try (Connection connection = DriverManager.getConnection(url("postgres"))) {
            TestDatabase.on(connection).execute(statement);
        } catch (SQLException failure) {
            throw new IllegalStateException(statement, failure);
        }
    }

    String url(String database) {
        return postgres.getJdbcUrl("postgres", database);
    }
}
