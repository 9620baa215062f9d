package io.eventsource.testing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.util.FileSystemUtils;

/** A real server that keeps its data and its port when it is stopped and started again. Closing it removes the data. */
public final class StoppableServer implements AutoCloseable {

    private final int major;
    private final Path data;
    private EmbeddedPostgres postgres;

    /** Starts it on a cluster of its own. */
    public StoppableServer(int major) {
        this.major = major;
        try {
            this.data = Files.createTempDirectory("stoppable");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        this.postgres = PostgresServer.started(major, kept());
    }

    private EmbeddedPostgres.Builder kept() {
        return PostgresServer.builder(major)
                .setDataDirectory(data.resolve("cluster"))
                .setCleanDataDirectory(false);
    }

    /** Starts it where it was. */
    public void start() {
        postgres = PostgresServer.started(major, kept().setPort(postgres.getPort()));
    }

    /** Ends all sessions; nobody can connect from then on. */
    public void stop() {
        try {
            postgres.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A pool of sessions of this server, whether it runs or not. */
    public HikariDataSource pool(Duration timeout) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(postgres.getJdbcUrl("postgres", "postgres"));
        config.setMaximumPoolSize(4);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(timeout.toMillis());
        return new HikariDataSource(config);
    }

    @Override
    public void close() throws IOException {
        postgres.close();
        FileSystemUtils.deleteRecursively(data);
    }
}
