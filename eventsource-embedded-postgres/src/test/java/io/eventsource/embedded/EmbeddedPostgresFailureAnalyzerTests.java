package io.eventsource.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.io.support.SpringFactoriesLoader;

class EmbeddedPostgresFailureAnalyzerTests {

    private static final Path FOLDER = Path.of("/app/.eventsource/postgres");

    /** Through Boot's own registration and with the nesting of a failed bean. */
    private static FailureAnalysis analyze(EmbeddedPostgresException failure) {
        List<FailureAnalyzer> analyzers = SpringFactoriesLoader.forDefaultResourceLocation()
                .load(FailureAnalyzer.class, SpringFactoriesLoader.FailureHandler.handleMessage((message, e) -> {}));
        FailureAnalyzer analyzer = analyzers.stream()
                .filter(EmbeddedPostgresFailureAnalyzer.class::isInstance)
                .findFirst()
                .orElseThrow();
        return Objects.requireNonNull(analyzer.analyze(new IllegalStateException("bean", failure)));
    }

    @Test
    void folder_in_use() {
        FailureAnalysis analysis = analyze(new EmbeddedPostgresException.DataDirectoryInUse(FOLDER, 4711L));
        assertThat(analysis.getDescription())
                .isEqualTo(
                        "The embedded PostgreSQL folder /app/.eventsource/postgres is in use by the running application"
                                + " with process id 4711.");
        assertThat(analysis.getAction()).contains("eventsource.embedded-postgres.data-directory");
    }

    @Test
    void folder_in_use_by_an_unknown_process() {
        assertThat(analyze(new EmbeddedPostgresException.DataDirectoryInUse(FOLDER, null))
                        .getDescription())
                .endsWith("is in use by another running application.");
    }

    @Test
    void other_major_version() {
        FailureAnalysis analysis = analyze(new EmbeddedPostgresException.WrongMajorVersion(FOLDER, "17", "18"));
        assertThat(analysis.getDescription())
                .isEqualTo(
                        "The folder /app/.eventsource/postgres holds data of PostgreSQL 17, but the programs on the class"
                                + " path are PostgreSQL 18.");
        assertThat(analysis.getAction()).contains("binaries of version 17").contains("pg_dump");
    }

    @Test
    void garbage() {
        FailureAnalysis analysis =
                analyze(new EmbeddedPostgresException.NotADataDirectory(FOLDER, FOLDER.resolve("thesis.txt")));
        assertThat(analysis.getDescription()).contains(FOLDER.toString()).contains("thesis.txt");
        assertThat(analysis.getAction()).contains("empty or does not exist");
    }

    @Test
    void not_writable() {
        FailureAnalysis analysis = analyze(new EmbeddedPostgresException.DirectoryNotWritable(
                FOLDER, "data-directory", new IOException("Permission denied")));
        assertThat(analysis.getDescription()).contains(FOLDER.toString()).contains("Permission denied");
        assertThat(analysis.getAction()).contains("eventsource.embedded-postgres.data-directory");
    }

    @Test
    void missing_binaries() {
        FailureAnalysis analysis = analyze(new EmbeddedPostgresException.MissingBinaries(
                "darwin-arm64v8", "io.zonky.test.postgres:embedded-postgres-binaries-darwin-arm64v8"));
        assertThat(analysis.getDescription())
                .isEqualTo("There are no PostgreSQL programs for darwin-arm64v8 on the class path.");
        assertThat(analysis.getAction())
                .contains("io.zonky.test.postgres:embedded-postgres-binaries-darwin-arm64v8")
                .contains("spring.datasource.url");
    }

    @Test
    void port_in_use() {
        FailureAnalysis analysis = analyze(new EmbeddedPostgresException.PortInUse(5432));
        assertThat(analysis.getDescription()).contains("127.0.0.1:5432");
        assertThat(analysis.getAction()).contains("eventsource.embedded-postgres.port");
    }
}
