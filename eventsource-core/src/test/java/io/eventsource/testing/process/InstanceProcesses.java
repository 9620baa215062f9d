package io.eventsource.testing.process;

import io.eventsource.testing.EffectLog;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.process.InstanceOptions.ProjectionOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The instances of a test, on one database. After the test none is left, and if it failed, the ends of their logs are shown; the
 * logs stay in {@code target/processes}. To be registered in a field with {@code @RegisterExtension}.
 */
public final class InstanceProcesses implements AfterEachCallback {

    private static final int LINES_SHOWN = 80;
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final TestDatabase database;
    private final Path folder;
    private final List<InstanceProcess> all = new CopyOnWriteArrayList<>();

    /** Starts nothing. */
    public InstanceProcesses(TestDatabase database, Class<?> test) {
        this.database = database;
        this.folder = Path.of(System.getProperty("test.processes", "target/processes"), test.getSimpleName());
        try {
            Files.createDirectories(folder);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Options of an instance that drives projections with an effect log and totals, from a position on. */
    public InstanceOptions options(String name, long base, String... projections) {
        return new InstanceOptions(
                UUID.randomUUID(),
                name,
                database.dataSource().getJdbcUrl(),
                Arrays.stream(projections)
                        .map(each -> new ProjectionOptions(each, true))
                        .toList(),
                base,
                10,
                Duration.ofMillis(100),
                Duration.ZERO,
                Duration.ofSeconds(20),
                1,
                Duration.ofSeconds(10),
                96);
    }

    /** Starts a process; returns at once, so that several can start at the same time. */
    public InstanceProcess launch(InstanceOptions options) {
        Path log =
                folder.resolve("%03d-pg%d-%s.log".formatted(COUNT.incrementAndGet(), database.major(), options.name()));
        EffectLog.introduce(database.jdbc(), options.id(), options.name());
        InstanceProcess process = InstanceProcess.launch(options, log);
        all.add(process);
        return process;
    }

    /** Starts a process; returns when it is there. Its subscriptions are not started. */
    public InstanceProcess ready(InstanceOptions options) {
        return launch(options).ready();
    }

    /** Ends the sessions of an instance, as a network that fails. */
    public void cutConnections(InstanceProcess instance) {
        database.jdbc()
                .queryForList(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                         WHERE datname = current_database() AND application_name = ?""",
                        instance.name());
    }

    /** How many sessions an instance has, those that notify and listen aside. */
    public int sessions(InstanceProcess instance) {
        return database.jdbc()
                .queryForList(
                        """
                        SELECT count(*) FROM pg_stat_activity
                         WHERE datname = current_database() AND application_name = ?""",
                        Integer.class,
                        instance.name())
                .get(0);
    }

    /**
     * The sessions of an instance that stand in a transaction and hold a lock that others may wait for: what each did last, and
     * when. The driver sends BEGIN ahead of the first statement: who is frozen in between holds nothing.
     */
    public List<String> holdingLocks(InstanceProcess instance) {
        return database.jdbc()
                .queryForList(
                        """
                        SELECT format('%s, %s for %s: %s', pid, state, clock_timestamp() - state_change, query)
                          FROM pg_stat_activity
                         WHERE datname = current_database() AND application_name = ?
                           AND state LIKE 'idle in transaction%'
                           AND EXISTS (SELECT FROM pg_locks l WHERE l.pid = pg_stat_activity.pid AND l.locktype <> 'virtualxid')""",
                        String.class, instance.name());
    }

    /** Kills all of them. */
    public void endAll() {
        all.forEach(InstanceProcess::kill);
        // ends the freezers of those that were frozen
        all.forEach(InstanceProcess::abandon);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        endAll();
        if (context.getExecutionException().isPresent()) {
            all.forEach(InstanceProcesses::show);
        }
        all.clear();
    }

    private static void show(InstanceProcess instance) {
        try {
            List<String> lines = Files.readAllLines(instance.log());
            System.out.printf("--- %s, the end of %s%n", instance, instance.log());
            lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()).forEach(System.out::println);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
