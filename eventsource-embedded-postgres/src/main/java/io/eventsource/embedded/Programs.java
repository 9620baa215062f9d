package io.eventsource.embedded;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Runs the unpacked PostgreSQL programs and waits for their end.
 *
 * <p>PostgreSQL refuses to run as root. For root on Linux the programs run in a user namespace of their own, in which the
 * same user has no name and no privileges but still owns its files.
 */
record Programs(Path home) {

    private static final Duration VERSION_LIMIT = Duration.ofSeconds(30);
    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) ((\\d+)\\S*)");

    /** What a program printed on both channels, and how it ended. */
    record Result(int exitCode, String output) {

        boolean succeeded() {
            return exitCode == 0;
        }
    }

    /** Full and major version, for example {@code 18.6} and {@code 18}. */
    record Version(String full, String major) {}

    Version version() {
        Result result = run(VERSION_LIMIT, "", "postgres", "--version");
        Matcher matcher = VERSION.matcher(result.output());
        if (!result.succeeded() || !matcher.find()) {
            throw failed("postgres --version", result);
        }
        return new Version(matcher.group(1), matcher.group(2));
    }

    EmbeddedPostgresException failed(String what, Result result) {
        return new EmbeddedPostgresException.StartFailed(
                "PostgreSQL's " + what + " failed with exit code " + result.exitCode() + ": "
                        + result.output().strip(),
                isRoot()
                        ? "PostgreSQL cannot run as root: run the application as an ordinary user, or on Linux make sure"
                                + " that 'unshare -U' is there and permitted."
                        : "Correct what the output names, or set spring.datasource.url to a PostgreSQL server.",
                null);
    }

    /**
     * Runs a program to its end.
     *
     * @throws EmbeddedPostgresException.StartFailed if it cannot be run, does not end in time, or the thread is
     *     interrupted; the program is killed then
     */
    Result run(Duration limit, String input, String program, String... arguments) {
        Path output = null;
        try {
            // a file, because reading a pipe could not be limited in time
            output = Files.createTempFile("eventsource-" + program, ".out");
            Process process = builder(program, arguments)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // it ended without reading its input: its exit code and output say why
            }
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new EmbeddedPostgresException.StartFailed(
                        "PostgreSQL's " + program + " did not end within " + limit + ": "
                                + Files.readString(output).strip(),
                        "Set eventsource.embedded-postgres.startup-timeout to a longer time if the machine is slow.",
                        null);
            }
            return new Result(process.exitValue(), Files.readString(output));
        } catch (IOException e) {
            throw new EmbeddedPostgresException.StartFailed(
                    "PostgreSQL's " + program + " in " + home + " cannot be run (" + e + ").",
                    "Make sure that programs may be run in that folder, or choose another with"
                            + " eventsource.embedded-postgres.binaries-directory.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedPostgresException.StartFailed(
                    "The thread was interrupted while it waited for PostgreSQL's " + program + ".",
                    "Start the application again.",
                    e);
        } finally {
            deleteQuietly(output);
        }
    }

    private ProcessBuilder builder(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if (isRoot() && System.getProperty("os.name").startsWith("Linux")) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(home.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        // what a developer has set for a server or client of their own must not reach ours
        builder.environment().keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    private static boolean isRoot() {
        return new UnixSystem().getUid() == 0;
    }

    private static void deleteQuietly(@Nullable Path file) {
        if (file != null && !file.toFile().delete()) {
            file.toFile().deleteOnExit();
        }
    }
}
