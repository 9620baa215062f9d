package io.eventsource.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That every row runs, those of outboxes in {@link OutboxBenchmarksIT}; how fast is nothing that a test could say. */
class BenchmarksIT {

    private final BenchmarkRun run = new BenchmarkRun();

    @Test
    void runs_every_row_but_those_of_outboxes_and_leaves_nothing_behind(@TempDir Path folder) {
        run.ofRows(row -> !OutboxBenchmarksIT.isOfOutboxes(row), folder);
    }

    @Test
    void runs_one_contender_alone(@TempDir Path folder) {
        assertThat(run.with(
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

        assertThat(run.table()).contains("| eventsource |").doesNotContain("axon");
    }

    @Test
    void lists_the_rows_without_a_server() {
        assertThat(run.with("--list")).isZero();

        assertThat(run.table()).contains("append-100", "8 callers append 100 events each");
    }

    @Test
    void refuses_a_row_that_it_does_not_know() {
        assertThat(run.with("--row", "append-2")).isNotZero();
    }
}
