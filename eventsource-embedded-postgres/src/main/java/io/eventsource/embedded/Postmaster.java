package io.eventsource.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server process that has the data open, as the data's {@code postmaster.pid} names it. */
record Postmaster(ProcessHandle process) {

    private static final Logger log = LoggerFactory.getLogger(Postmaster.class);

    /** {@code postmaster.pid} has whole seconds, and the system's idea of a process's start moves with its clock. */
    private static final Duration START_TOLERANCE = Duration.ofSeconds(5);

    private static final int LINE_PID = 0;
    private static final int LINE_START = 2;

    /** How long a stop may take before it is escalated. */
    record Patience(Duration fast, Duration immediate) {}

    /**
     * Finds the running server of these data. A {@code postmaster.pid} that a crash left behind and whose process id now
     * belongs to something else is deleted, since neither PostgreSQL nor {@code pg_ctl} can tell: the one would refuse to
     * start, the other would stop an innocent process.
     *
     * @return {@code null} if none runs
     */
    static @Nullable Postmaster of(Path data) throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        List<String> lines;
        try {
            lines = Files.readAllLines(pidFile);
        } catch (NoSuchFileException e) {
            return null;
        }
        ProcessHandle process = process(lines);
        if (process == null || !process.isAlive()) {
            // left to PostgreSQL, which finds in it whether orphaned backends still use the shared memory
            return null;
        }
        String command = process.info().command().orElse(null);
        if (command == null) {
            log.debug("Process {} of {} belongs to another user", process.pid(), pidFile);
            return null;
        }
        if (Path.of(command).endsWith("postgres") && (mentions(process, data) || startedAt(process, lines))) {
            return new Postmaster(process);
        }
        log.debug("Process {} of {} is {}, not the server of these data", process.pid(), pidFile, command);
        Files.deleteIfExists(pidFile);
        return null;
    }

    private static @Nullable ProcessHandle process(List<String> lines) {
        try {
            return ProcessHandle.of(Long.parseLong(lines.get(LINE_PID).strip())).orElse(null);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            // half written: PostgreSQL names the file in its log
            return null;
        }
    }

    private static boolean mentions(ProcessHandle process, Path data) {
        return process.info()
                .arguments()
                .map(arguments -> List.of(arguments).contains(data.toString()))
                .orElse(false);
    }

    private static boolean startedAt(ProcessHandle process, List<String> lines) {
        try {
            Instant noted =
                    Instant.ofEpochSecond(Long.parseLong(lines.get(LINE_START).strip()));
            return process.info()
                    .startInstant()
                    .map(start -> Duration.between(start, noted).abs().compareTo(START_TOLERANCE) <= 0)
                    .orElse(false);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            return false;
        }
    }

    /**
     * Stops the server: open transactions are rolled back and everything is written (fast); if that takes too long,
     * without writing, so that the next start recovers (immediate); at last by killing the process.
     */
    void stop(Programs programs, Path data, Patience patience) {
        if (stop(programs, data, "fast", patience.fast())) {
            return;
        }
        log.warn(
                "PostgreSQL (process {}) did not stop within {}: stopping it without a checkpoint; the next start recovers",
                process.pid(),
                patience.fast());
        if (stop(programs, data, "immediate", patience.immediate())) {
            return;
        }
        log.warn("PostgreSQL (process {}) did not stop within {}: killing it", process.pid(), patience.immediate());
        process.destroyForcibly();
    }

    private boolean stop(Programs programs, Path data, String mode, Duration limit) {
        String seconds = Long.toString(Math.max(1, limit.toSeconds()));
        Programs.Result result = programs.run(
                limit.plusSeconds(10), "", "pg_ctl", "stop", "-D", data.toString(), "-m", mode, "-w", "-t", seconds);
        return result.succeeded() || !process.isAlive();
    }
}
