package io.eventsource.benchmarks;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rows of outboxes, in a class of their own so that they run beside the others. */
class OutboxBenchmarksIT {

    static boolean isOfOutboxes(Row row) {
        return row.name().startsWith("outbox-");
    }

    @Test
    void runs_every_row_of_outboxes_and_leaves_nothing_behind(@TempDir Path folder) {
        new BenchmarkRun().ofRows(OutboxBenchmarksIT::isOfOutboxes, folder);
    }
}
