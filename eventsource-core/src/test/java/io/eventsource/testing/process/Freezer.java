package io.eventsource.testing.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Holds a process frozen. A frozen process does not notice that whoever started it has died, so a shell keeps watch: when its
 * input ends without a word, it kills what it froze.
 */
final class Freezer implements AutoCloseable {

    private static final String SCRIPT =
            """
            kill -STOP "$0" || exit 1
            until case "$(ps -o stat= -p "$0")" in T*) true ;; "") exit 1 ;; *) false ;; esac; do :; done
            echo frozen
            if read -r answer; then kill -CONT "$0"; else kill -KILL "$0" 2> /dev/null; fi
            """;

    private final Process shell;

    private Freezer(Process shell) {
        this.shell = shell;
    }

    /** Returns when nothing in the process runs any more. */
    static Freezer freeze(long pid) {
        try {
            Process shell = new ProcessBuilder("sh", "-c", SCRIPT, Long.toString(pid))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            BufferedReader said = shell.inputReader(StandardCharsets.UTF_8);
            if (!"frozen".equals(said.readLine())) {
                throw new IllegalStateException("The process " + pid + " cannot be frozen");
            }
            return new Freezer(shell);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    void thaw() {
        try (OutputStream input = shell.getOutputStream()) {
            input.write("thaw\n".getBytes(StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!shell.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The freezer " + shell.pid() + " did not end");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Kills what is frozen, as the end of this JVM would. */
    @Override
    public void close() {
        try {
            shell.getOutputStream().close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        awaitEnd();
    }
}
