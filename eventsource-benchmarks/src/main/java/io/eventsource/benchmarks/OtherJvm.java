package io.eventsource.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Another JVM with the same classes, which runs {@link AppendCommand} or {@link FollowCommand}. */
final class OtherJvm {

    private final Process process;
    private final BufferedReader lines;

    private OtherJvm(Process process) {
        this.process = process;
        this.lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts one that is to take part in a subscription. */
    static OtherJvm following(Subscriber subscriber, int segments) throws IOException {
        return start(subscriber, "follow", "--segments", String.valueOf(segments));
    }

    private static OtherJvm start(Subscriber subscriber, String... arguments) throws IOException {
        HikariDataSource pool = subscriber.database().dataSource();
        List<String> command = new ArrayList<>(java());
        command.addAll(List.of(arguments));
        command.addAll(List.of("--server", subscriber.database().server()));
        command.addAll(List.of("--database", subscriber.database().name()));
        command.addAll(List.of("--username", pool.getUsername()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put(AppendCommand.PASSWORD, pool.getPassword());
        return new OtherJvm(builder.start());
    }

    void awaitReady() throws IOException {
        String line = lines.readLine();
        if (!"ready".equals(line)) {
            throw new IOException("The other JVM is not ready but says " + line);
        }
    }

    void go() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /** Ends its input, upon which it ends, and waits for that. */
    void end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    /**
     * Appends for some time.
     *
     * @param subscriber whose log is appended to
     * @param time how long
     * @param witness told of each event
     */
    static void append(Subscriber subscriber, Duration time, Appender.Witness witness) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("append", "--millis", String.valueOf(time.toMillis())));
        if (subscriber instanceof AxonSubscriber) {
            arguments.add("--axon");
        }
        OtherJvm other = start(subscriber, arguments.toArray(String[]::new));
        try {
            for (String line = other.lines.readLine(); line != null; line = other.lines.readLine()) {
                int space = line.indexOf(' ');
                witness.committed(UUID.fromString(line.substring(0, space)), Long.parseLong(line.substring(space + 1)));
            }
            int status = other.process.waitFor();
            if (status != 0) {
                throw new IllegalStateException("The other JVM failed with status " + status);
            }
        } finally {
            other.process.destroyForcibly();
        }
    }

    /** How this JVM was started: from the one runnable jar, or with a class path. */
    private static List<String> java() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("java.class.path");
        return classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator)
                ? List.of(java, "-jar", classPath)
                : List.of(java, "-cp", classPath, Benchmarks.class.getName());
    }
}
