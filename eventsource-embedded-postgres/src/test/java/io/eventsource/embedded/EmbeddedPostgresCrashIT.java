package io.eventsource.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two JVMs, real signals: what is left after a crash, and who may use a folder. */
class EmbeddedPostgresCrashIT {

    @TempDir
    Path temporary;

    private Path folder = Path.of("");

    @BeforeEach
    void resolveFolder() throws Exception {
        folder = temporary.toRealPath().resolve("postgres");
    }

    @AfterEach
    void leaveNoServerBehind() {
        Servers.postmasters(folder).forEach(ProcessHandle::destroyForcibly);
    }

    @Test
    void killed_application_leaves_its_committed_row_and_no_second_server() throws Exception {
        try (OtherApplication application = OtherApplication.launch(folder).ready()) {
            application.kill();
        }
        List<ProcessHandle> orphans = Servers.postmasters(folder);
        assertThat(orphans).hasSize(1);

        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(Servers.settings(folder))) {
            assertThat(Servers.query(server, "SELECT text FROM note")).isEqualTo("kept");
            assertThat(Servers.postmasters(folder)).hasSize(1).doesNotContainAnyElementsOf(orphans);
        }
        assertThat(Servers.postmasters(folder)).isEmpty();
    }

    @Test
    void killed_application_and_server_leave_the_committed_row() throws Exception {
        try (OtherApplication application = OtherApplication.launch(folder).ready()) {
            application.kill();
        }
        List<ProcessHandle> orphans = Servers.postmasters(folder);
        assertThat(orphans).hasSize(1);
        Servers.signal("KILL", orphans.get(0).pid());

        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(Servers.settings(folder))) {
            assertThat(Servers.query(server, "SELECT text FROM note")).isEqualTo("kept");
            assertThat(Servers.postmasters(folder)).hasSize(1).doesNotContainAnyElementsOf(orphans);
        }
    }

    @Test
    void kill_during_the_first_initdb_is_forgotten() throws Exception {
        try (OtherApplication application = OtherApplication.launch(folder)) {
            await().pollInterval(Duration.ofMillis(5))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> hasUnfinishedCluster());
            application.kill();
        }
        assertThat(folder.resolve("data")).doesNotExist();

        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(Servers.settings(folder))) {
            assertThat(Servers.query(server, "SELECT 1")).isEqualTo("1");
        }
    }

    private boolean hasUnfinishedCluster() throws Exception {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(folder, "initdb-*")) {
            for (Path cluster : unfinished) {
                return Files.exists(cluster.resolve("PG_VERSION"));
            }
            return false;
        }
    }

    @Test
    void folder_of_a_running_application_is_refused() throws Exception {
        try (OtherApplication application = OtherApplication.launch(folder).ready()) {
            assertThatExceptionOfType(EmbeddedPostgresException.DataDirectoryInUse.class)
                    .isThrownBy(() -> EmbeddedPostgresServer.start(Servers.settings(folder)))
                    .satisfies(e -> {
                        assertThat(e.pid()).isEqualTo(application.pid());
                        assertThat(e.dataDirectory()).isEqualTo(folder);
                        assertThat(e).hasMessageContaining(String.valueOf(application.pid()));
                    });
            assertThat(Servers.postmasters(folder)).hasSize(1);
        }
    }

    @Test
    void refused_second_start_in_one_jvm_does_not_give_the_folder_to_others() throws Exception {
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(Servers.settings(folder))) {
            assertThatExceptionOfType(EmbeddedPostgresException.DataDirectoryInUse.class)
                    .isThrownBy(() -> EmbeddedPostgresServer.start(Servers.settings(folder)))
                    .satisfies(e -> assertThat(e.pid())
                            .isEqualTo(ProcessHandle.current().pid()));
            try (OtherApplication application = OtherApplication.launch(folder)) {
                assertThatExceptionOfType(AssertionError.class)
                        .isThrownBy(application::ready)
                        .withMessageContaining("DataDirectoryInUse");
            }
            assertThat(Servers.query(server, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void orderly_exit_of_the_jvm_stops_the_server() throws Exception {
        try (OtherApplication application = OtherApplication.launch(folder).ready()) {
            assertThat(Servers.postmasters(folder)).hasSize(1);
            application.exit();
        }
        assertThat(Servers.postmasters(folder)).isEmpty();
        assertThat(folder.resolve("data/postmaster.pid")).doesNotExist();
    }

    @Test
    void process_that_got_the_dead_servers_id_is_left_alone() throws Exception {
        EmbeddedPostgresServer.start(Servers.settings(folder)).close();
        Process innocent = new ProcessBuilder("sleep", "600").start();
        try {
            Files.writeString(
                    folder.resolve("data/postmaster.pid"),
                    innocent.pid() + "\n" + folder.resolve("data") + "\n"
                            + Instant.now().getEpochSecond() + "\n5432\n\n127.0.0.1\n");
            try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(Servers.settings(folder))) {
                assertThat(Servers.query(server, "SELECT 1")).isEqualTo("1");
            }
            assertThat(innocent.isAlive()).isTrue();
        } finally {
            innocent.destroyForcibly();
        }
    }
}
