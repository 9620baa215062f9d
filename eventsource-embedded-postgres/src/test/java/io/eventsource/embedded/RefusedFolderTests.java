package io.eventsource.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefusedFolderTests {

    @TempDir
    Path folder;

    @Test
    void folder_with_other_contents_is_refused_and_left_untouched() throws Exception {
        Files.writeString(folder.resolve("thesis.txt"), "important");
        assertThatExceptionOfType(EmbeddedPostgresException.NotADataDirectory.class)
                .isThrownBy(() -> EmbeddedPostgresServer.start(Servers.settings(folder)))
                .withMessageContaining("thesis.txt");
        assertThat(folder).isDirectoryContaining("glob:**/thesis.txt").satisfies(f -> {
            try (var entries = Files.list(f)) {
                assertThat(entries).hasSize(1);
            }
        });
    }

    @Test
    void data_folder_without_a_version_is_refused() throws Exception {
        Files.createDirectories(folder.resolve("data/base"));
        assertThatExceptionOfType(EmbeddedPostgresException.NotADataDirectory.class)
                .isThrownBy(() -> EmbeddedPostgresServer.start(Servers.settings(folder)));
    }

    @Test
    void folder_that_cannot_be_made_is_refused() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatExceptionOfType(EmbeddedPostgresException.DirectoryNotWritable.class)
                .isThrownBy(() -> EmbeddedPostgresServer.start(Servers.settings(file.resolve("postgres"))))
                .satisfies(e -> assertThat(e.directory()).isEqualTo(file.resolve("postgres")))
                .withMessageContaining("eventsource.embedded-postgres.data-directory");
    }

    @Test
    void remains_of_a_crash_during_the_first_start_are_not_in_the_way() throws Exception {
        Files.createDirectories(folder.resolve("initdb-123/base"));
        Files.writeString(folder.resolve("pgpass"), "");
        Files.writeString(folder.resolve("lock"), "1\n");
        assertThat(DataFolder.open(folder).path()).isEqualTo(folder.toRealPath());
    }
}
