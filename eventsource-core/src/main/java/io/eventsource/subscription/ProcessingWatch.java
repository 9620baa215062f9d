package io.eventsource.subscription;

import io.eventsource.failure.FailureText;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what takes too long: cancels the statement that is running on the connection, if one was named, and interrupts the
 * thread. Used by one thread; whoever fires does so in another.
 */
final class ProcessingWatch {

    private static final Logger log = LoggerFactory.getLogger(ProcessingWatch.class);

    private static final long REPEAT_NANOS = Duration.ofSeconds(1).toNanos();

    private final String subscription;
    private final Duration timeout;
    private final Timer timer;

    private @Nullable Thread watched;
    private @Nullable Connection connection;
    private boolean fired;

    /** Tells the runs apart: a firing that comes late must not hit the next one. */
    private long run;

    /** Runs something later in another thread. */
    @FunctionalInterface
    interface Timer {
        ScheduledFuture<?> schedule(Runnable command, long nanos);
    }

    ProcessingWatch(String subscription, Duration timeout, Timer timer) {
        this.subscription = subscription;
        this.timeout = timeout;
        this.timer = timer;
    }

    /**
     * Runs something within the timeout.
     *
     * @param work what to run in this thread
     * @throws ProcessingTimeoutException when it took longer, even if it ended well
     */
    void run(Runnable work) {
        long current = begin();
        ScheduledFuture<?> firing = timer.schedule(() -> fire(current), timeout.toNanos());
        RuntimeException failure = null;
        try {
            work.run();
        } catch (RuntimeException thrown) {
            failure = thrown;
        } finally {
            firing.cancel(false);
            if (end()) {
                // the interrupt was meant for the work
                boolean unused = Thread.interrupted();
                failure = new ProcessingTimeoutException(subscription, timeout, failure);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Says on which connection the work runs its statements. */
    synchronized void on(Connection newConnection) {
        connection = newConnection;
    }

    private synchronized long begin() {
        run++;
        watched = Thread.currentThread();
        connection = null;
        fired = false;
        return run;
    }

    private synchronized boolean end() {
        watched = null;
        connection = null;
        return fired;
    }

    private synchronized void fire(long expected) {
        Thread thread = watched;
        if (thread == null || run != expected) {
            return;
        }
        if (!fired) {
            log.warn("'{}' has not handled a batch within {}, ending it", subscription, timeout);
        }
        fired = true;
        thread.interrupt();
        cancelStatement();
        // between two statements there was nothing to cancel
        ScheduledFuture<?> unused = timer.schedule(() -> fire(expected), REPEAT_NANOS);
    }

    private void cancelStatement() {
        Connection running = connection;
        try {
            if (running != null && running.isWrapperFor(PGConnection.class)) {
                running.unwrap(PGConnection.class).cancelQuery();
            }
        } catch (SQLException failure) {
            log.warn("Cannot cancel the statement that '{}' is running", subscription, FailureText.trace(failure));
        }
    }
}
