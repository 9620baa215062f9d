package io.eventsource.autoconfigure.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.FileSystemUtils;

/**
 * A server of Debian's PostgreSQL 15, which may be copied to a standby that follows it. Needs the package {@code postgresql-15}, and fails
 * without it. The folder is another one by the system property {@code eventsource.test.postgres-programs}.
 */
public final class DebianPostgres implements AutoCloseable {

    private static final Path PROGRAMS =
            Path.of(System.getProperty("eventsource.test.postgres-programs", "/usr/lib/postgresql/15/bin"));
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path folder;
    private final int port = freePort();

    private DebianPostgres(Path folder) {
        this.folder = folder;
    }

    /** Makes a cluster and starts it. */
    public static DebianPostgres primary() throws IOException {
        DebianPostgres primary = new DebianPostgres(Files.createTempDirectory("primary"));
        run("initdb", "-D", primary.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
        primary.start();
        return primary;
    }

    /** Copies this server and has the copy follow it. */
    public DebianPostgres standby() throws IOException {
        DebianPostgres standby = new DebianPostgres(Files.createTempDirectory("standby"));
        run(
                "pg_basebackup",
                "-D",
                standby.data(),
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-U",
                "postgres",
                "-R",
                "-c",
                "fast",
                "--no-sync");
        standby.start();
        return standby;
    }

    public void start() {
        run(
                "pg_ctl",
                "start",
                "-w",
                "-D",
                data(),
                "-l",
                folder.resolve("server.log").toString(),
                "-o",
                "-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c wal_log_hints=on -c fsync=off"
                        .formatted(port));
    }

    /** Everything is sent to the standbys that follow before it ends. */
    public void stop() {
        run("pg_ctl", "stop", "-w", "-m", "fast", "-D", data());
    }

    public void promote() {
        run("pg_ctl", "promote", "-w", "-D", data());
    }

    /** Takes no writes from now on, also in the sessions that are open. */
    public void fence() {
        jdbc("postgres").execute("ALTER SYSTEM SET default_transaction_read_only = on");
        jdbc("postgres").execute("SELECT pg_reload_conf()");
        await().until(() ->
                "on".equals(jdbc("postgres").queryForObject("SHOW default_transaction_read_only", String.class)));
    }

    /** Receives nothing from now on. */
    public void disconnectFromPrimary() {
        jdbc("postgres").execute("ALTER SYSTEM SET primary_conninfo = ''");
        jdbc("postgres").execute("SELECT pg_reload_conf()");
        await().until(() -> Long.valueOf(0)
                .equals(jdbc("postgres").queryForObject("SELECT count(*) FROM pg_stat_wal_receiver", Long.class)));
    }

    /** Follows another server when it is started next. */
    public void follow(DebianPostgres primary) throws IOException {
        Files.writeString(Path.of(data(), "standby.signal"), "");
        Files.writeString(
                Path.of(data(), "postgresql.auto.conf"),
                "primary_conninfo = 'host=127.0.0.1 port=%d user=postgres'\n".formatted(primary.port));
    }

    /** Waits until a standby has replayed what this server has written by now. */
    public void awaitReplayedBy(DebianPostgres standby) {
        String written = jdbc("postgres").queryForObject("SELECT pg_current_wal_insert_lsn()::text", String.class);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Boolean.TRUE.equals(standby.jdbc("postgres")
                        .queryForObject("SELECT pg_last_wal_replay_lsn() >= ?::pg_lsn", Boolean.class, written)));
    }

    public JdbcTemplate jdbc(String database) {
        return new JdbcTemplate(new DriverManagerDataSource(
                "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database), "postgres", ""));
    }

    public long count(String sql) {
        return Objects.requireNonNull(jdbc("orders").queryForObject(sql, Long.class));
    }

    public int port() {
        return port;
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException none) {
            throw new IllegalStateException("There is no free port", none);
        }
    }

    private static void run(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if (new UnixSystem().getUid() == 0) {
            // it refuses to run as root
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(PROGRAMS.resolve(program).toString());
        command.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile(program, ".out");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(ended && process.exitValue() == 0)
                    .as("%s: %s", String.join(" ", command), Files.readString(output))
                    .isTrue();
            Files.delete(output);
        } catch (IOException missing) {
            throw new AssertionError(
                    program + " is not in " + PROGRAMS + ". Install PostgreSQL 15 to run this profile.", missing);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    public void close() throws IOException {
        if (Files.exists(Path.of(data(), "postmaster.pid"))) {
            run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", data());
        }
        FileSystemUtils.deleteRecursively(folder);
    }
}
