package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.testing.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store dumped with {@code pg_dump} and restored with {@code pg_restore} into a fresh cluster. */
class DumpAndRestoreServerTools {

    @Test
    void everything_is_read_subscriptions_go_on_and_appends_continue(@TempDir Path folder) throws Exception {
        Path dump = folder.resolve("store.dump");
        // the oldest version, which the client programs of every version can dump
        try (TestDatabase original = TestDatabase.migrated(12);
                TestDatabase copy = TestDatabase.emptyOnFreshCluster(12)) {
            CopiedStore store = new CopiedStore(original);
            run("pg_dump", original, "--format=custom", "--file=" + dump, "--dbname=" + original.name());
            run("pg_restore", copy, "--no-owner", "--exit-on-error", "--dbname=" + copy.name(), dump.toString());
            store.assertAlive(copy);
        }
    }

    private static void run(String program, TestDatabase database, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                program, "--host=localhost", "--port=" + database.port(), "--username=postgres", "--no-password"));
        Collections.addAll(command, arguments);
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException missing) {
            throw new AssertionError(
                    program + " is not on the path. Install PostgreSQL's client programs to run this profile.",
                    missing);
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", program, output).isZero();
    }
}
