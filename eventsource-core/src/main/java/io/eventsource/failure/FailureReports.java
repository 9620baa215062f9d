package io.eventsource.failure;

import io.eventsource.time.Clocks.Ticker;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.ServerErrorMessage;

/**
 * Says which failures are logged with a stack trace: of one kind the first, and one more when ten minutes have passed. Every other
 * one is a line. Thread-safe.
 */
public final class FailureReports {

    /** How long there is one stack trace for each kind. */
    public static final Duration INTERVAL = Duration.ofMinutes(10);

    private static final int MAX_KINDS = 100;

    private final Ticker ticker;
    private final Map<FailureSignature, Long> tracedAt = new LinkedHashMap<>();

    /**
     * Has reported nothing yet.
     *
     * @param ticker measures the interval
     */
    public FailureReports(Ticker ticker) {
        this.ticker = ticker;
    }

    /**
     * What to log with a failure.
     *
     * @param failure what was thrown
     * @return the stack trace, without data unless the log may hold it; null when one of its kind was logged lately
     */
    public @Nullable Throwable trace(Throwable failure) {
        return due(FailureSignature.of(failure)) ? FailureText.trace(failure) : null;
    }

    private synchronized boolean due(FailureSignature kind) {
        long now = ticker.nanos();
        Long before = tracedAt.get(kind);
        if (before != null && now - before < INTERVAL.toNanos()) {
            return false;
        }
        tracedAt.remove(kind);
        tracedAt.put(kind, now);
        if (tracedAt.size() > MAX_KINDS) {
            tracedAt.remove(tracedAt.keySet().iterator().next());
        }
        return true;
    }

    /**
     * What two failures have in common that have the same cause: the class of the first cause, the SQLState with the table and the constraint, and
     * where it was thrown: the innermost frame, and the innermost one that belongs to neither Java nor a library below the handler.
     *
     * @param type the class of the first cause
     * @param sqlState the SQLState, table and constraint, empty where there is none
     * @param thrownIn the method that threw it, empty when the JVM has left the stack trace out
     * @param calledFrom the innermost method of the application, or of this library
     */
    public record FailureSignature(String type, String sqlState, String thrownIn, String calledFrom) {

        private static final List<String> BELOW = List.of(
                "java.",
                "javax.",
                "jakarta.",
                "jdk.",
                "sun.",
                "com.sun.",
                "org.postgresql.",
                "com.zaxxer.",
                "org.springframework.",
                "org.hibernate.",
                "tools.jackson.",
                "com.fasterxml.jackson.");

        /**
         * What tells an error from those with other causes.
         *
         * @param failure an error
         * @return its signature
         */
        public static FailureSignature of(Throwable failure) {
            List<Throwable> chain = CauseChain.of(failure);
            Throwable first = chain.get(chain.size() - 1);
            StackTraceElement[] frames = first.getStackTrace();
            return new FailureSignature(
                    first.getClass().getName(),
                    chain.stream()
                            .filter(SQLException.class::isInstance)
                            .findFirst()
                            .map(each -> state((SQLException) each))
                            .orElse(""),
                    frames.length == 0 ? "" : method(frames[0]),
                    calledFrom(frames));
        }

        private static String state(SQLException error) {
            ServerErrorMessage answer = ServerAnswer.of(error);
            return answer == null
                    ? String.valueOf(error.getSQLState())
                    : "%s %s %s".formatted(error.getSQLState(), text(answer.getTable()), text(answer.getConstraint()));
        }

        private static String text(@Nullable String name) {
            return name == null ? "" : name;
        }

        private static String calledFrom(StackTraceElement[] frames) {
            for (StackTraceElement frame : frames) {
                if (BELOW.stream().noneMatch(frame.getClassName()::startsWith)) {
                    return method(frame);
                }
            }
            return "";
        }

        private static String method(StackTraceElement frame) {
            return frame.getClassName() + "." + frame.getMethodName();
        }
    }
}
