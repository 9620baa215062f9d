package io.eventsource.subscription;

import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorInfo.ErrorReaction.AwaitRecovery;
import io.eventsource.failure.FailureReports;
import io.eventsource.failure.FailureText;
import io.eventsource.time.Clocks.Ticker;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log says of a subscription's failures: each failure of an event is one line with event, attempt and cause; a fault that is waited for
 * is one line when it begins and one a minute; there is one stack trace for each kind and ten minutes. Nothing holds data of events or rows.
 * Thread-safe: the segments share it.
 */
final class FailureLog {

    private static final Logger log = LoggerFactory.getLogger(SegmentRunner.class);

    private static final long AGAIN_NANOS = Duration.ofMinutes(1).toNanos();

    private final int maxAttempts;
    private final Ticker ticker;
    private final FailureReports reports;
    private long waitedAt;

    /**
     * Has logged nothing yet.
     *
     * @param maxRetries how often an event is tried again
     * @param ticker measures the minute
     */
    FailureLog(int maxRetries, Ticker ticker) {
        this.maxAttempts = maxRetries + 1;
        this.ticker = ticker;
        this.reports = new FailureReports(ticker);
    }

    /** An attempt has failed, the event is not parked. */
    void failed(SegmentKey key, long position, ErrorInfo error, boolean first) {
        String text = FailureText.logged(error.error());
        if (error.reaction() instanceof AwaitRecovery) {
            if (telling(first)) {
                log.warn(
                        "'{}' fails behind position {}{} and {} ({}): {}",
                        key,
                        position,
                        at(error),
                        error.reaction().describe(),
                        error.category(),
                        text,
                        reports.trace(error.error()));
            } else {
                log.debug("'{}' still fails behind position {}: {}", key, position, text);
            }
        } else if (!error.willRetry()) {
            log.error(
                    "'{}' failed{} in attempt {} of {} and {} ({}): {}. Mend what failed and resume it.",
                    key,
                    at(error),
                    error.retryCount() + 1,
                    maxAttempts,
                    error.reaction().describe(),
                    error.category(),
                    text,
                    reports.trace(error.error()));
        } else if (error.event() == null) {
            log.debug("'{}' failed behind position {} with several events or none: {}", key, position, text);
        } else {
            log.warn(
                    "'{}' failed{} in attempt {} of {} and {} ({}): {}",
                    key,
                    at(error),
                    error.retryCount() + 1,
                    maxAttempts,
                    error.reaction().describe(),
                    error.category(),
                    text,
                    reports.trace(error.error()));
        }
    }

    private static String at(ErrorInfo error) {
        return error.event() == null ? "" : " on " + error.event().describe();
    }

    private synchronized boolean telling(boolean first) {
        long now = ticker.nanos();
        boolean tell = first || now - waitedAt >= AGAIN_NANOS;
        if (tell) {
            waitedAt = now;
        }
        return tell;
    }

    /** An event is in the dead-letter queue. */
    void parked(SegmentKey key, ErrorInfo error, long entry) {
        log.warn(
                "'{}' failed{} in attempt {} of {} and parked it as dead letter {} ({}): {}",
                key,
                at(error),
                error.retryCount() + 1,
                maxAttempts,
                entry,
                error.category(),
                FailureText.logged(error.error()),
                reports.trace(error.error()));
    }

    /** Nothing fails any more. */
    void goesOn(SegmentKey key, long position, int failures) {
        log.info("'{}' goes on from position {} after {} failures", key, position, failures);
    }
}
