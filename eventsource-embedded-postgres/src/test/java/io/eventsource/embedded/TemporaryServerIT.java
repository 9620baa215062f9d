package io.eventsource.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Servers whose data nobody keeps. */
class TemporaryServerIT {

    @Test
    void a_temporary_server_leaves_nothing() throws Exception {
        EmbeddedPostgresServer server = EmbeddedPostgresServer.startTemporary();
        Path folder = server.dataDirectory();
        assertThat(folder)
                .startsWith(Path.of(System.getProperty("java.io.tmpdir")).toRealPath());
        assertThat(Servers.query(server, "SHOW max_connections")).isEqualTo("500");
        assertThat(Servers.query(server, "SHOW fsync")).isEqualTo("off");

        server.discard();

        assertThat(Servers.postmasters(folder)).isEmpty();
        assertThat(folder).doesNotExist();
    }

    @Test
    void what_a_killed_jvm_left_is_removed_by_the_next_and_no_other_server() throws Exception {
        EmbeddedPostgresServer used = EmbeddedPostgresServer.startTemporary();
        Path folder = Files.createTempDirectory("eventsource-temporary-").toRealPath();
        try (OtherApplication other = OtherApplication.launch(folder)) {
            other.ready().kill();
            assertThat(Servers.postmasters(folder)).hasSize(1);

            EmbeddedPostgresServer.startTemporary().discard();

            assertThat(Servers.postmasters(folder)).isEmpty();
            assertThat(folder).doesNotExist();
            assertThat(Servers.query(used, "SELECT 1")).isEqualTo("1");
        } finally {
            used.discard();
        }
    }
}
