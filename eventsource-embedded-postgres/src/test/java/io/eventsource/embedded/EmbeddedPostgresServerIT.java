package io.eventsource.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

class EmbeddedPostgresServerIT {

    @TempDir
    Path temporary;

    private Path folder = Path.of("");

    @BeforeEach
    void resolveFolder() throws Exception {
        folder = temporary.toRealPath().resolve("with space and 'quote'").resolve("postgres");
    }

    @Test
    void throw_away_data_need_not_be_durable() throws Exception {
        EmbeddedPostgresSettings settings =
                new EmbeddedPostgresSettings(folder, 0, "app", Duration.ofSeconds(60), false, Servers.binaries());
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(settings)) {
            assertThat(Servers.query(server, "SHOW fsync")).isEqualTo("off");
            assertThat(Servers.query(server, "SHOW synchronous_commit")).isEqualTo("off");
            assertThat(Servers.query(server, "SHOW full_page_writes")).isEqualTo("off");
        }
    }

    @Test
    void data_and_password_survive_close_and_reopen() throws Exception {
        String password;
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(Servers.settings(folder))) {
            Servers.execute(server, "CREATE TABLE note (text text)");
            Servers.execute(server, "INSERT INTO note VALUES ('kept')");
            password = server.password();
        }
        assertThat(Servers.postmasters(folder)).isEmpty();
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(Servers.settings(folder))) {
            assertThat(Servers.query(server, "SELECT text FROM note")).isEqualTo("kept");
            assertThat(server.password()).isEqualTo(password);
        }
    }

    @Test
    void closing_twice_is_harmless() {
        EmbeddedPostgresServer server = EmbeddedPostgresServer.start(Servers.settings(folder));
        server.close();
        server.close();
        assertThat(Servers.postmasters(folder)).isEmpty();
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void log_says_how_to_connect_without_the_password(CapturedOutput output) throws Exception {
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(Servers.settings(folder))) {
            assertThat(output)
                    .contains("is running on 127.0.0.1:" + server.port())
                    .contains("its data in " + folder)
                    .contains("quote'\\''/postgres/pgpass' psql -h 127.0.0.1 -p " + server.port() + " -U postgres app")
                    .doesNotContain(server.password());
            assertThat(Files.readString(folder.resolve("pgpass")))
                    .isEqualTo("127.0.0.1:*:*:postgres:" + server.password() + "\n");
        }
    }

    @Test
    void taken_port_is_refused() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            EmbeddedPostgresSettings settings = new EmbeddedPostgresSettings(
                    folder, other.getLocalPort(), "app", Duration.ofSeconds(60), true, Servers.binaries());
            assertThatExceptionOfType(EmbeddedPostgresException.PortInUse.class)
                    .isThrownBy(() -> EmbeddedPostgresServer.start(settings))
                    .satisfies(e -> assertThat(e.port()).isEqualTo(other.getLocalPort()));
        }
        EmbeddedPostgresServer.start(Servers.settings(folder)).close();
    }

    @Test
    void other_major_version_is_refused_and_left_untouched() throws Exception {
        EmbeddedPostgresServer.start(Servers.settings(folder)).close();
        Path version = folder.resolve("data/PG_VERSION");
        Files.writeString(version, "17\n");
        assertThatExceptionOfType(EmbeddedPostgresException.WrongMajorVersion.class)
                .isThrownBy(() -> EmbeddedPostgresServer.start(Servers.settings(folder)))
                .satisfies(e -> {
                    assertThat(e.found()).isEqualTo("17");
                    assertThat(e.expected()).isEqualTo("18");
                    assertThat(e.dataDirectory()).isEqualTo(folder);
                });
        assertThat(version).hasContent("17");
        Files.writeString(version, "18\n");
        EmbeddedPostgresServer.start(Servers.settings(folder)).close();
    }

    @Test
    void failed_start_shows_the_end_of_the_server_log() throws Exception {
        EmbeddedPostgresServer.start(Servers.settings(folder)).close();
        Path configuration = folder.resolve("data/postgresql.conf");
        Files.writeString(configuration, "no_such_setting = 1\n", StandardOpenOption.APPEND);
        assertThatExceptionOfType(EmbeddedPostgresException.StartFailed.class)
                .isThrownBy(() -> EmbeddedPostgresServer.start(Servers.settings(folder)))
                .withMessageContaining("no_such_setting");
        Files.writeString(configuration, Files.readString(configuration).replace("no_such_setting = 1\n", ""));
        EmbeddedPostgresServer.start(Servers.settings(folder)).close();
    }

    @Test
    void recovery_that_takes_too_long_is_given_up_with_the_end_of_the_server_log() throws Exception {
        EmbeddedPostgresServer.start(Servers.settings(folder)).close();
        Path configuration = folder.resolve("data/postgresql.auto.conf");
        Path recovery = folder.resolve("data/recovery.signal");
        Files.writeString(configuration, "restore_command = 'sleep 20'\n");
        Files.createFile(recovery);
        EmbeddedPostgresSettings settings =
                new EmbeddedPostgresSettings(folder, 0, "app", Duration.ofSeconds(2), true, Servers.binaries());
        assertThatExceptionOfType(EmbeddedPostgresException.StartFailed.class)
                .isThrownBy(() -> EmbeddedPostgresServer.start(settings))
                .withMessageContaining("within PT2S")
                .withMessageContaining("starting PostgreSQL 18")
                .withMessageContaining("database system is shut down")
                .withMessageContaining("eventsource.embedded-postgres.startup-timeout");
        assertThat(Servers.postmasters(folder)).isEmpty();
        assertThat(Files.readString(folder.resolve("server.log")))
                .as("a recovery that is begun anew never ends")
                .containsOnlyOnce("starting PostgreSQL 18");

        Files.delete(recovery);
        Files.writeString(configuration, "");
        EmbeddedPostgresServer.start(Servers.settings(folder)).close();
    }

    @Test
    void lost_password_file_is_named() throws Exception {
        EmbeddedPostgresServer.start(Servers.settings(folder)).close();
        Files.delete(folder.resolve("pgpass"));
        assertThatExceptionOfType(EmbeddedPostgresException.StartFailed.class)
                .isThrownBy(() -> EmbeddedPostgresServer.start(Servers.settings(folder)))
                .withMessageContaining(folder.resolve("pgpass").toString());
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void stop_that_takes_too_long_is_escalated(CapturedOutput output) throws Exception {
        EmbeddedPostgresServer server = EmbeddedPostgresServer.start(Servers.settings(folder));
        Servers.execute(server, "CREATE TABLE note AS SELECT 'kept'::text AS text");
        try (Connection connection = Servers.connect(server)) {
            // a backend that does not react keeps a fast stop waiting
            Servers.signal("STOP", Long.parseLong(Servers.query(connection, "SELECT pg_backend_pid()")));
            Postmaster postmaster = Objects.requireNonNull(Postmaster.of(folder.resolve("data")));
            Programs programs = new Programs(
                    PostgresArchive.find(Platform.current(), getClass().getClassLoader())
                            .unpackedTo(Servers.binaries()));
            postmaster.stop(
                    programs,
                    folder.resolve("data"),
                    new Postmaster.Patience(Duration.ofSeconds(1), Duration.ofSeconds(30)));
        }
        assertThat(Servers.postmasters(folder)).isEmpty();
        assertThat(output).contains("did not stop within PT1S").doesNotContain("killing it");
        server.close();
        assertThat(output).contains("had already ended");

        try (EmbeddedPostgresServer next = EmbeddedPostgresServer.start(Servers.settings(folder))) {
            assertThat(Servers.query(next, "SELECT text FROM note")).isEqualTo("kept");
        }
    }

    /** What one server with the settings of an application can be asked; making a cluster takes its time. */
    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class OfAnApplication {

        private final Path folder;
        private final EmbeddedPostgresServer server;

        OfAnApplication(@TempDir Path temporary) throws Exception {
            folder = temporary.toRealPath().resolve("postgres");
            server = EmbeddedPostgresServer.start(Servers.settings(folder));
        }

        @AfterAll
        void close() {
            server.close();
        }

        @Test
        void commits_are_durable() throws Exception {
            assertThat(Servers.query(server, "SHOW fsync")).isEqualTo("on");
            assertThat(Servers.query(server, "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(Servers.query(server, "SHOW full_page_writes")).isEqualTo("on");
        }

        @Test
        void version_encoding_and_locale_do_not_depend_on_the_platform() throws Exception {
            assertThat(Servers.query(server, "SHOW server_version")).startsWith("18.");
            assertThat(Servers.query(server, "SHOW server_encoding")).isEqualTo("UTF8");
            assertThat(
                            Servers.query(
                                    server,
                                    "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = current_database()"))
                    .isEqualTo("b C.UTF-8");
        }

        @Test
        void only_loopback_and_only_with_the_password() throws Exception {
            assertThat(Servers.query(server, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(Servers.query(server, "SHOW unix_socket_directories")).isEmpty();
            assertThat(Servers.query(server, "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules"))
                    .isEqualTo("scram-sha-256");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> {
                        try (Connection connection =
                                DriverManager.getConnection(server.jdbcUrl(), server.username(), "guess")) {
                            connection.getMetaData();
                        }
                    })
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("pgpass"))))
                    .isEqualTo("rw-------");
        }
    }
}
