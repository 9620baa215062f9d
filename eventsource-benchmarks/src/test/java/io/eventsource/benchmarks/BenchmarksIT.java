package io.eventsource.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That every row runs; how fast is nothing that a test could say. */
class BenchmarksIT {

    private final ByteArrayOutputStream table = new ByteArrayOutputStream();

    private int run(String... args) {
        return Benchmarks.execute(new PrintStream(table, true, StandardCharsets.UTF_8), System.err, args);
    }

    private String table() {
        return table.toString(StandardCharsets.UTF_8);
    }

    @Test
    void runs_every_row_and_leaves_nothing_behind(@TempDir Path folder) {
        int status = run(
                "--warm-ups",
                "0",
                "--rounds",
                "1",
                "--seconds",
                "0.1",
                "--fill",
                "200",
                "--events",
                "5000",
                "--loaded",
                "5000",
                "--folder",
                folder.toString());

        assertThat(status).isZero();
        assertThat(Rows.ALL).allSatisfy(row -> assertThat(table()).contains("| " + row.name() + " |"));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void runs_one_contender_alone(@TempDir Path folder) {
        assertThat(run(
                        "--row",
                        "append-10",
                        "--contender",
                        "eventsource",
                        "--warm-ups",
                        "0",
                        "--rounds",
                        "1",
                        "--seconds",
                        "0.1",
                        "--fill",
                        "200",
                        "--folder",
                        folder.toString()))
                .isZero();

        assertThat(table()).contains("| eventsource |").doesNotContain("axon");
    }

    @Test
    void lists_the_rows_without_a_server() {
        assertThat(run("--list")).isZero();

        assertThat(table()).contains("append-100", "8 callers append 100 events each");
    }

    @Test
    void refuses_a_row_that_it_does_not_know() {
        assertThat(run("--row", "append-2")).isNotZero();
    }
}
