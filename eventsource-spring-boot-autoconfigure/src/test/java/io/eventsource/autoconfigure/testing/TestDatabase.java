package io.eventsource.autoconfigure.testing;

import io.eventsource.embedded.EmbeddedPostgresServer;
import io.eventsource.embedded.EmbeddedPostgresSettings;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.schema.SchemaMigrator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A database of its own for a test, on one real server for all tests of this JVM, or on the oldest one. Closing it removes it. */
public final class TestDatabase implements AutoCloseable {

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Server server;
    private final String name;
    private final String url;

    /**
     * A server.
     *
     * @param username who may do everything there
     * @param dropping how a database is dropped, whoever uses it if the server can do that
     */
    record Server(String jdbcUrl, int port, String username, String password, String dropping) {}

    /** Started when it is first asked for, and stopped with the JVM. */
    private static final class Newest {

        static final Server INSTANCE = started();

        private static Server started() {
            EmbeddedPostgresServer server = EmbeddedPostgresServer.start(new EmbeddedPostgresSettings(
                    folder(),
                    0,
                    "postgres",
                    Duration.ofSeconds(60),
                    false,
                    EmbeddedPostgresSettings.sharedBinariesDirectory()));
            return new Server(
                    server.jdbcUrl(),
                    server.port(),
                    server.username(),
                    server.password(),
                    "DROP DATABASE IF EXISTS %s WITH (FORCE)");
        }

        private static Path folder() {
            try {
                return Files.createTempDirectory(Files.createDirectories(Path.of("target")), "postgres-")
                        .resolve("server");
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    /** A database with the library's tables, of which the others are copies: copying takes less time than the migrations. */
    private static final class Template {

        static final String NAME = make();

        private static String make() {
            TestDatabase template = new TestDatabase(Newest.INSTANCE, "template_migrated");
            template.administer("CREATE DATABASE " + template.name);
            new SchemaMigrator(template.dataSource(), new EventSourceSchema("eventsource")).migrate();
            return template.name;
        }
    }

    private TestDatabase(Server server, String name) {
        this.server = server;
        this.name = name;
        this.url = server.jdbcUrl().replaceFirst("/postgres(?=$|\\?)", "/" + name);
    }

    private static TestDatabase copyOf(String template) {
        return copyOf(template, Newest.INSTANCE);
    }

    private static TestDatabase copyOf(String template, Server server) {
        TestDatabase database = new TestDatabase(server, "test_" + COUNT.incrementAndGet());
        database.administer("CREATE DATABASE %s TEMPLATE %s".formatted(database.name, template));
        return database;
    }

    /** A database without the library's tables, which the application makes when it starts. */
    public static TestDatabase create() {
        return copyOf("template1");
    }

    /** Databases without the library's tables, on the newest and on the oldest supported PostgreSQL. */
    public static Stream<TestDatabase> onEachServer() {
        return Stream.of(create(), copyOf("template1", OldestPostgres.server()));
    }

    /** A database as an application leaves it that has only started: the next one has nothing to migrate. */
    public static TestDatabase migrated() {
        return copyOf(Template.NAME);
    }

    private void administer(String statement) {
        new JdbcTemplate(new DriverManagerDataSource(server.jdbcUrl(), server.username(), server.password()))
                .execute(statement);
    }

    public String name() {
        return name;
    }

    public int port() {
        return server.port();
    }

    /** What leads an application's data source here. */
    public String[] properties() {
        return new String[] {
            "spring.datasource.url=" + url,
            "spring.datasource.username=" + server.username(),
            "spring.datasource.password=" + server.password(),
            "spring.datasource.hikari.maximum-pool-size=8",
            "spring.datasource.hikari.minimum-idle=0",
            "spring.datasource.hikari.connection-timeout=5000"
        };
    }

    /** Runs each statement on a connection of its own, outside the application's pool. */
    public JdbcTemplate jdbc() {
        return new JdbcTemplate(dataSource());
    }

    /** No pool: each connection is opened when it is asked for. */
    public DriverManagerDataSource dataSource() {
        return new DriverManagerDataSource(url, server.username(), server.password());
    }

    public long count(String sql, Object... arguments) {
        return Objects.requireNonNull(jdbc().queryForObject(sql, Long.class, arguments));
    }

    public List<String> tables(String schema) {
        return jdbc().queryForList(
                        "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = ?", String.class, schema);
    }

    /** How many sessions hold the lock on the log's table that holds back its readers. */
    public long writers() {
        return count(
                """
                SELECT count(DISTINCT l.virtualtransaction) FROM pg_catalog.pg_locks AS l
                 WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted
                   AND l.relation = 'eventsource.events'::regclass""");
    }

    /** A copy of the last event, by a statement of its own. */
    public static void insertOneEvent(Statement statement) throws SQLException {
        statement.execute(
                """
                INSERT INTO eventsource.events (event_id, append_id, aggregate_id, aggregate_type, version,
                    event_type, bucket, "timestamp", payload)
                SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), aggregate_type, 1,
                    event_type, bucket, "timestamp", payload FROM eventsource.events LIMIT 1""");
    }

    /** A connection outside the application's pool, for transactions that hang. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url, server.username(), server.password());
    }

    /** Ends all connections and lets nobody in, as if the server were away. */
    public void refuseConnections() {
        administer("ALTER DATABASE " + name + " WITH ALLOW_CONNECTIONS false");
        administer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'".formatted(name));
    }

    public void allowConnections() {
        administer("ALTER DATABASE " + name + " WITH ALLOW_CONNECTIONS true");
    }

    /** Removes the database, on the newest server whoever still uses it. */
    @Override
    public void close() {
        administer(server.dropping().formatted(name));
    }
}
