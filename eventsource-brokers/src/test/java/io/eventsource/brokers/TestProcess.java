package io.eventsource.brokers;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A JVM of its own with the classes of these tests, which runs until it is killed and may report by lines of its output. */
final class TestProcess implements AutoCloseable {

    private static final String REPORT = "@";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final List<String> reports = new CopyOnWriteArrayList<>();

    private TestProcess(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "output-of-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    static TestProcess launch(Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(arguments);
        try {
            return new TestProcess(
                    new ProcessBuilder(command).redirectError(Redirect.INHERIT).start());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(REPORT)) {
                    reports.add(line.substring(REPORT.length()));
                } else {
                    System.out.println(line);
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("The output of process %d".formatted(process.pid()), failure);
        }
    }

    /** In the process: tells the parent something. */
    static void report(String word, List<String> details) {
        System.out.println(REPORT + word + " " + String.join(" ", details));
    }

    /** In the process: returns when the parent has ended. */
    static void awaitParentsEnd() throws IOException {
        while (System.in.read() >= 0) {
            // the parent only ever ends the input
        }
    }

    /** The details of all reports with a word. */
    List<String> reported(String word) {
        return reports.stream()
                .filter(report -> report.startsWith(word + " "))
                .flatMap(report -> List.of(report.split(" ")).stream().skip(1))
                .toList();
    }

    /** The details of the first report with a word. */
    List<String> awaitReport(String word) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException(
                        "It has ended with %d before it reported '%s'".formatted(process.exitValue(), word));
            }
            return !reported(word).isEmpty();
        });
        return reported(word);
    }

    /** Ends it by SIGKILL; returns its exit code when it is gone. */
    int kill() {
        return process.destroyForcibly().onExit().join().exitValue();
    }

    @Override
    public void close() {
        int unused = kill();
    }
}
