package io.eventsource.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The command and the table that it prints. */
final class BenchmarkRun {

    private final ByteArrayOutputStream table = new ByteArrayOutputStream();

    int with(String... args) {
        return Benchmarks.execute(new PrintStream(table, true, StandardCharsets.UTF_8), System.err, args);
    }

    String table() {
        return table.toString(StandardCharsets.UTF_8);
    }

    /** Runs some rows, each as short as can be, and fails when one is not in the table or something is left in the folder. */
    void ofRows(Predicate<Row> chosen, Path folder) {
        List<Row> rows = Rows.ALL.stream().filter(chosen).toList();
        List<String> args = new ArrayList<>(List.of(
                "--warm-ups",
                "0",
                "--rounds",
                "1",
                "--seconds",
                "0.1",
                "--fill",
                "200",
                "--events",
                "2000",
                "--loaded",
                "2000",
                "--folder",
                folder.toString()));
        rows.forEach(row -> args.addAll(List.of("--row", row.name())));

        assertThat(with(args.toArray(String[]::new))).isZero();

        assertThat(rows).isNotEmpty().allSatisfy(row -> assertThat(table()).contains("| " + row.name() + " |"));
        assertThat(folder).isEmptyDirectory();
    }
}
