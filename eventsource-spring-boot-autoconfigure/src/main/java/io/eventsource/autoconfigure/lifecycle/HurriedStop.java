package io.eventsource.autoconfigure.lifecycle;

import io.eventsource.failure.FailureText;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a stop early when nothing can be saved: while it goes on, the database is asked once a second, past the pool. Once it has not answered twice
 * in a row, the stopping thread is interrupted, and gives up waiting. A pool would keep each thread for as long as its connection-timeout.
 */
public final class HurriedStop {

    private static final Logger log = LoggerFactory.getLogger(HurriedStop.class);

    private static final Duration BETWEEN = Duration.ofSeconds(1);
    private static final int SILENCES = 2;

    private final BooleanSupplier databaseAnswers;
    private final Duration drainTimeout;

    /**
     * Creates it.
     *
     * @param databaseAnswers whether the database answers; may block for some seconds
     * @param drainTimeout how long what is being handled may go on while it does
     */
    public HurriedStop(BooleanSupplier databaseAnswers, Duration drainTimeout) {
        this.databaseAnswers = databaseAnswers;
        this.drainTimeout = drainTimeout;
    }

    /**
     * How long what is being handled may go on while the database answers.
     *
     * @return the time
     */
    public Duration drainTimeout() {
        return drainTimeout;
    }

    /**
     * Stops something in this thread. The interrupt that may have ended it does not outlast it.
     *
     * @param what what stops, named for the log
     * @param stop what is interrupted when nothing can be saved
     * @return what it returns
     * @param <T> the type of it
     */
    public <T> T run(String what, Supplier<T> stop) {
        Watch watch = new Watch(what, Thread.currentThread());
        Thread thread = new Thread(watch, "eventsource-stop-watch");
        thread.setDaemon(true);
        thread.start();
        try {
            return stop.get();
        } finally {
            watch.end();
        }
    }

    private final class Watch implements Runnable {

        private final String what;
        private final Thread stopping;
        private final CountDownLatch ended = new CountDownLatch(1);
        private boolean interrupted;

        Watch(String what, Thread stopping) {
            this.what = what;
            this.stopping = stopping;
        }

        @Override
        public void run() {
            int silences = 0;
            try {
                while (silences < SILENCES && !ended.await(BETWEEN.toMillis(), TimeUnit.MILLISECONDS)) {
                    silences = databaseAnswers.getAsBoolean() ? 0 : silences + 1;
                }
            } catch (InterruptedException nobody) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException failure) {
                log.debug("Cannot tell whether the database answers", FailureText.trace(failure));
            }
            if (silences == SILENCES) {
                hurry();
            }
        }

        private synchronized void hurry() {
            if (ended.getCount() > 0) {
                log.warn(
                        "The database does not answer, so that nothing can be saved: {} are stopped without waiting any longer",
                        what);
                interrupted = true;
                stopping.interrupt();
            }
        }

        synchronized void end() {
            ended.countDown();
            if (interrupted) {
                // it was meant for the stop
                boolean unused = Thread.interrupted();
            }
        }
    }
}
