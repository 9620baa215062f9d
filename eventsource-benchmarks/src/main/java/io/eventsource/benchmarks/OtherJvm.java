package io.eventsource.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Another JVM with the same classes, which runs {@link AppendCommand}. */
final class OtherJvm {

    private OtherJvm() {}

    /**
     * Appends for some time.
     *
     * @param subscriber whose log is appended to
     * @param time how long
     * @param witness told of each event
     */
    static void append(Subscriber subscriber, Duration time, Appender.Witness witness) throws Exception {
        HikariDataSource pool = subscriber.database().dataSource();
        List<String> command = new ArrayList<>(java());
        command.addAll(List.of("append", "--millis", String.valueOf(time.toMillis())));
        command.addAll(List.of("--server", subscriber.database().server()));
        command.addAll(List.of("--database", subscriber.database().name()));
        command.addAll(List.of("--username", pool.getUsername()));
        if (subscriber instanceof AxonSubscriber) {
            command.add("--axon");
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put(AppendCommand.PASSWORD, pool.getPassword());
        Process process = builder.start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int space = line.indexOf(' ');
                witness.committed(UUID.fromString(line.substring(0, space)), Long.parseLong(line.substring(space + 1)));
            }
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException("The other JVM failed with status " + status);
            }
        } finally {
            process.destroyForcibly();
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
