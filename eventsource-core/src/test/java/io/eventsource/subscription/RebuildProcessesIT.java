package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.testing.ObservedProjection;
import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.Seeds;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.process.Command;
import io.eventsource.testing.process.InstanceOptions;
import io.eventsource.testing.process.InstanceProcess;
import io.eventsource.testing.process.InstanceProcesses;
import io.eventsource.testing.process.Traffic;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A rebuild makes the same read model as the log, row for row, whatever ends it and whatever is appended meanwhile. */
@OnNewestPostgres
class RebuildProcessesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration LEASE = Duration.ofSeconds(2);

    @RegisterExtension
    private final InstanceProcesses processes;

    private final long seed = Seeds.next(RebuildProcessesIT.class);
    private final TestDatabase database;
    private final ObservedProjection observed;

    RebuildProcessesIT(TestDatabase database) {
        this.database = database;
        this.processes = new InstanceProcesses(database, RebuildProcessesIT.class);
        this.observed = new ObservedProjection(database);
    }

    private InstanceOptions options(String name) {
        return processes
                .options(name, observed.base(), observed.name())
                .withSegments(4)
                .withLease(LEASE);
    }

    private int effects() {
        return observed.effects().count(observed.name());
    }

    @Test
    void a_rebuild_under_traffic_that_is_killed_half_way_ends_in_the_read_model_that_the_log_makes() {
        InstanceProcess killed = processes.ready(options("killed")).start();
        try (Traffic traffic = new Traffic(database.dataSource(), 3, Duration.ofMillis(20), seed)) {
            await().atMost(PATIENCE).until(() -> effects() > 500);
            int before = effects();
            killed.delay(Duration.ofMillis(2));

            CompletableFuture<Boolean> rebuild = killed.send(new Command.Rebuild(observed.name()));
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(10))
                    .failFast("the rebuild failed", rebuild::isCompletedExceptionally)
                    .until(() -> observed.effects().resets(observed.name()) > 0 && effects() > before / 2);
            killed.kill();

            processes.ready(options("next")).start();
            await().atMost(PATIENCE).until(() -> effects() > before);
            assertThat(traffic.failed()).isZero();
        }
        observed.awaitHandled(PATIENCE);
        observed.assertCountedOnce("seed " + seed);
        assertThat(observed.effects().resets(observed.name())).isEqualTo(1);
    }
}
