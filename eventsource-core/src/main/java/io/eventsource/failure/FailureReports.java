package io.eventsource.failure;

import io.eventsource.time.Ticker;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
}
