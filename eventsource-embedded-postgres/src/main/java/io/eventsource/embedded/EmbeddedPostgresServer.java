package io.eventsource.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running PostgreSQL server that belongs to this application and keeps its data in a folder of it.
 *
 * <p>The server is a process of its own, listens on 127.0.0.1 only, and has one user with a random password. One
 * application at a time can use a folder; the operating system guarantees it with a file lock.
 *
 * <p><b>What a crash leaves behind.</b> If the application is killed, the server goes on running without it; the next start
 * on the same folder stops it, and starts a new one with the data. If the server is killed too, that start recovers from
 * PostgreSQL's write-ahead log. In both cases every committed transaction is there, provided the settings are durable. A
 * crash while a new folder is made leaves nothing that a later start could mistake for a database.
 *
 * <p>Instances are thread-safe.
 */
public final class EmbeddedPostgresServer implements AutoCloseable {

    static final String USERNAME = "postgres";

    /** Each application context that a test JVM keeps has a pool of its own. */
    private static final int TEMPORARY_CONNECTIONS = 500;

    private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgresServer.class);

    private final DataFolder folder;
    private final FolderLock lock;
    private final Programs programs;
    private final String database;
    private final String password;
    private final int port;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread exitHook = new Thread(this::close, "eventsource-embedded-postgres-stop");

    private EmbeddedPostgresServer(
            DataFolder folder, FolderLock lock, Programs programs, String database, String password, int port) {
        this.folder = folder;
        this.lock = lock;
        this.programs = programs;
        this.database = database;
        this.password = password;
        this.port = port;
    }

    /**
     * Starts a server and waits until it accepts connections. It is stopped by {@link #close()}, and at the latest when
     * the JVM exits in an orderly way. The first start on a machine unpacks the programs and the first in a folder makes
     * the database, which takes some seconds.
     *
     * @param settings where and how to run it
     * @return the running server
     * @throws EmbeddedPostgresException if it cannot be started; the message says what to do
     */
    public static EmbeddedPostgresServer start(EmbeddedPostgresSettings settings) {
        EmbeddedPostgresServer server = startWithoutExitHook(settings);
        try {
            Runtime.getRuntime().addShutdownHook(server.exitHook);
        } catch (IllegalStateException e) {
            server.close();
            throw e;
        }
        return server;
    }

    /**
     * Starts a server that only {@link #close()} stops, for an owner that itself ends in order when the JVM exits: exit
     * hooks run concurrently, and one of ours would take the server away while the owner still uses it.
     */
    static EmbeddedPostgresServer startWithoutExitHook(EmbeddedPostgresSettings settings) {
        return start(settings, Map.of());
    }

    /**
     * Starts a server for data that nobody keeps, such as those of tests: in a new folder below the system's folder for
     * temporary files, not durable, on a free port, for up to {@value #TEMPORARY_CONNECTIONS} connections. {@link #close()}
     * stops it; {@link #discard()} deletes its folder too. No exit hook of the JVM does: the owner knows when the
     * last user of the server has ended. What a killed JVM leaves is stopped and deleted by the next call of the same
     * user on this machine.
     *
     * @return the running server
     * @throws EmbeddedPostgresException if it cannot be started; the message says what to do
     */
    public static EmbeddedPostgresServer startTemporary() {
        EmbeddedPostgresSettings settings = new EmbeddedPostgresSettings(
                TemporaryFolders.create(),
                0,
                USERNAME,
                Duration.ofMinutes(1),
                false,
                EmbeddedPostgresSettings.sharedBinariesDirectory());
        return start(settings, Map.of("max_connections", Integer.toString(TEMPORARY_CONNECTIONS)));
    }

    private static EmbeddedPostgresServer start(EmbeddedPostgresSettings settings, Map<String, String> parameters) {
        PostgresArchive archive =
                PostgresArchive.find(Platform.current(), EmbeddedPostgresServer.class.getClassLoader());
        DataFolder folder = DataFolder.open(settings.dataDirectory());
        FolderLock lock = folder.lock();
        boolean started = false;
        try {
            Programs programs = new Programs(archive.unpackedTo(settings.binariesDirectory()));
            Programs.Version version = programs.version();
            folder.prepare(programs, version, settings.durable(), settings.startupTimeout());
            String password = folder.passwordFile().read();
            int port = new ServerLauncher(programs, folder, settings, parameters).launch();
            EmbeddedPostgresServer server =
                    new EmbeddedPostgresServer(folder, lock, programs, settings.database(), password, port);
            // from here on closing the server releases the lock
            started = true;
            server.createDatabase(settings.startupTimeout());
            log.info(
                    "PostgreSQL {} is running on 127.0.0.1:{} with its data in {}. Connect with: {}",
                    version.full(),
                    port,
                    folder.path(),
                    server.psqlCommand());
            return server;
        } finally {
            if (!started) {
                release(lock);
            }
        }
    }

    private void createDatabase(Duration limit) {
        Properties properties = new Properties();
        properties.setProperty("user", USERNAME);
        properties.setProperty("password", password);
        String seconds = Long.toString(Math.max(1, limit.toSeconds()));
        properties.setProperty("loginTimeout", seconds);
        properties.setProperty("socketTimeout", seconds);
        try (Connection connection = DriverManager.getConnection(url("postgres"), properties);
                PreparedStatement exists = connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
            exists.setString(1, database);
            try (ResultSet result = exists.executeQuery();
                    Statement create = connection.createStatement()) {
                if (!result.next()) {
                    // the settings have checked that the name needs no escaping
                    create.execute("CREATE DATABASE \"" + database + "\"");
                }
            }
        } catch (SQLException e) {
            close();
            throw new EmbeddedPostgresException.StartFailed(
                    "The embedded PostgreSQL in " + folder.path() + " runs, but database " + database
                            + " cannot be opened or created (SQL state " + e.getSQLState() + ": " + e.getMessage()
                            + ").",
                    "If the state is 28P01, the password in "
                            + folder.passwordFile().path() + " is not the one of these data: restore that file.",
                    e);
        }
    }

    /**
     * The address of the database.
     *
     * @return a JDBC URL without user and password
     */
    public String jdbcUrl() {
        return url(database);
    }

    private String url(String name) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + name;
    }

    /**
     * The port on 127.0.0.1.
     *
     * @return the configured port, or the one found free at this start
     */
    public int port() {
        return port;
    }

    /**
     * The user to connect as, who may do everything.
     *
     * @return the user's name
     */
    public String username() {
        return USERNAME;
    }

    /**
     * The user's password, which stays the same as long as the folder exists.
     *
     * @return the password; not to be logged
     */
    public String password() {
        return password;
    }

    /**
     * The folder of the database.
     *
     * @return an absolute path without symbolic links
     */
    public Path dataDirectory() {
        return folder.path();
    }

    /**
     * A command that opens a PostgreSQL shell on the database, to be pasted into a terminal.
     *
     * @return a POSIX shell command that names the password file but not the password
     */
    public String psqlCommand() {
        String file = folder.passwordFile().path().toString();
        return "PGPASSFILE='" + file.replace("'", "'\\''") + "' psql -h 127.0.0.1 -p " + port + " -U " + USERNAME + " "
                + database;
    }

    /**
     * Stops the server and gives the folder free; the data stay. Open transactions are rolled back. If the server does not
     * stop in some seconds it is stopped harder, and recovers at its next start. Does nothing the second time.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(exitHook);
        } catch (IllegalStateException e) {
            log.debug("The JVM is exiting: its hook has called this or will find the server closed");
        }
        try {
            stop();
        } finally {
            release(lock);
        }
    }

    /**
     * Stops the server and deletes its folder with everything in it.
     *
     * @throws UncheckedIOException if a file cannot be deleted
     */
    public void discard() {
        close();
        try {
            Folders.delete(folder.path());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + folder.path(), e);
        }
    }

    private void stop() {
        try {
            Postmaster postmaster = Postmaster.of(folder.data());
            if (postmaster == null) {
                log.warn("PostgreSQL in {} had already ended; its log is {}", folder.path(), folder.serverLog());
                return;
            }
            postmaster.stop(programs, folder.data(), ServerLauncher.PATIENCE);
            log.info("PostgreSQL in {} is stopped; the data stay", folder.path());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot find the server process of " + folder.data(), e);
        }
    }

    private static void release(FolderLock lock) {
        try {
            lock.close();
        } catch (IOException e) {
            log.warn("The lock file of the embedded PostgreSQL cannot be closed; the JVM's exit will release it", e);
        }
    }
}
