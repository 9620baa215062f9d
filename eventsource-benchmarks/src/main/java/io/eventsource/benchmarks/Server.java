package io.eventsource.benchmarks;

import io.eventsource.embedded.EmbeddedPostgresServer;
import io.eventsource.embedded.EmbeddedPostgresSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** One durable PostgreSQL in a folder that is removed afterwards. */
final class Server implements AutoCloseable {

    /** What differs from PostgreSQL's defaults; the same for everybody. */
    static final List<String> SETTINGS = List.of(
            "shared_buffers = '1GB'", "max_wal_size = '8GB'", "checkpoint_timeout = '30min'", "max_connections = 300");

    private static final int PAGE = 8192;
    private static final int SYNCS = 200;

    private final Path folder;
    private final int connections;
    private final EmbeddedPostgresServer postgres;
    private final List<Database> databases = new ArrayList<>();

    private Server(Path folder, int connections, EmbeddedPostgresServer postgres) {
        this.folder = folder;
        this.connections = connections;
        this.postgres = postgres;
    }

    /**
     * Starts the server.
     *
     * @param parent the folder to make the data folder in; its disk is part of what is measured
     * @param connections the size of each pool
     */
    static Server start(Path parent, int connections) {
        try {
            Files.createDirectories(parent);
            Path folder = Files.createTempDirectory(parent, "eventsource-benchmarks-");
            EmbeddedPostgresSettings settings = new EmbeddedPostgresSettings(
                    folder.resolve("data"),
                    0,
                    "benchmarks",
                    Duration.ofMinutes(1),
                    true,
                    EmbeddedPostgresSettings.sharedBinariesDirectory());
            try (EmbeddedPostgresServer first = EmbeddedPostgresServer.start(settings)) {
                for (String setting : SETTINGS) {
                    execute(first, "ALTER SYSTEM SET " + setting);
                }
            }
            return new Server(folder, connections, EmbeddedPostgresServer.start(settings));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void execute(EmbeddedPostgresServer server, String sql) {
        try (Connection connection =
                        DriverManager.getConnection(server.jdbcUrl(), server.username(), server.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw new IllegalStateException(sql, failure);
        }
    }

    /** Creates a database. */
    Database database(String name) {
        execute(postgres, "CREATE DATABASE " + name);
        Database database = new Database(
                "127.0.0.1:" + postgres.port(), name, postgres.username(), postgres.password(), connections);
        databases.add(database);
        return database;
    }

    /** A folder, not yet made, that is removed with the server's. */
    Path folder(String name) {
        return folder.resolve(name);
    }

    /** How PostgreSQL calls itself. */
    String version() {
        try (Connection connection =
                DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password())) {
            return connection.getMetaData().getDatabaseProductVersion();
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** How long the disk takes to write a page and to say so: the median of many. */
    double syncMillis() throws IOException {
        Path file = folder.resolve("sync");
        double[] millis = new double[SYNCS];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(SYNCS * PAGE), 0);
            channel.force(true);
            for (int i = 0; i < SYNCS; i++) {
                long start = System.nanoTime();
                channel.write(ByteBuffer.allocate(PAGE), (long) i * PAGE);
                channel.force(false);
                millis[i] = (System.nanoTime() - start) / 1e6;
            }
        }
        Arrays.sort(millis);
        return millis[SYNCS / 2];
    }

    @Override
    public void close() {
        databases.forEach(Database::close);
        postgres.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
