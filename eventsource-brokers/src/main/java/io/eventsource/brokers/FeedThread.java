package io.eventsource.brokers;

import io.eventsource.failure.FailureText;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/** The thread of a feed: repeats its body after growing pauses, whatever fails, until it is stopped. Thread-safe. */
public final class FeedThread {

    private static final Logger log = LoggerFactory.getLogger(FeedThread.class);

    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;
    private static final Duration PATIENCE_WITH_INTERRUPTED = Duration.ofSeconds(5);

    private final String name;
    private final ThreadFactory threads;
    private final Body body;
    private final Runnable waking;

    private @Nullable Run running;
    private volatile @Nullable Throwable failure;

    /** What a feed does: reads until it is stopped, or throws. */
    public interface Body {

        /**
         * Reads until the stop.
         *
         * @param stop tells when to end
         * @throws InterruptedException when the thread is interrupted
         */
        void run(Stop stop) throws InterruptedException;
    }

    /** Tells the body when to end. */
    public final class Stop {

        private final CountDownLatch raised = new CountDownLatch(1);

        /**
         * Whether to end.
         *
         * @return whether the feed is being stopped
         */
        public boolean raised() {
            return raised.getCount() == 0;
        }

        /**
         * Waits, or until the stop is raised.
         *
         * @param nanos how long
         * @return whether it is raised
         * @throws InterruptedException when the thread is interrupted
         */
        public boolean await(long nanos) throws InterruptedException {
            return raised.await(nanos, TimeUnit.NANOSECONDS);
        }

        /** Says that reading works. */
        public void working() {
            if (failure != null) {
                log.info("'{}' reads again", name);
                failure = null;
            }
        }

        /**
         * Says that reading does not work at the moment, and goes on by itself.
         *
         * @param thrown why
         */
        public void failing(Throwable thrown) {
            if (failure == null) {
                log.warn("'{}' cannot read, and goes on trying", name, FailureText.trace(thrown));
            }
            failure = thrown;
        }
    }

    private record Run(Thread thread, Stop stop) {}

    /**
     * Creates a thread that does not run yet.
     *
     * @param name names the feed in logs
     * @param threads makes the thread
     * @param body what it does
     * @param waking ends a wait of the body's that the stop signal does not
     */
    public FeedThread(String name, ThreadFactory threads, Body body, Runnable waking) {
        this.name = name;
        this.threads = threads;
        this.body = body;
        this.waking = waking;
    }

    /** Starts the thread if it does not run. */
    public synchronized void start() {
        if (running == null) {
            Stop stop = new Stop();
            Thread thread = threads.newThread(() -> repeat(stop));
            thread.setName("eventsource-feed-" + name);
            running = new Run(thread, stop);
            thread.start();
        }
    }

    /**
     * Stops the thread and waits for it.
     *
     * @param timeout how long before it is interrupted
     * @return whether it ended by itself
     */
    public synchronized boolean stop(Duration timeout) {
        Run run = running;
        if (run == null) {
            return true;
        }
        running = null;
        run.stop().raised.countDown();
        waking.run();
        try {
            run.thread().join(Math.max(1, timeout.toMillis()));
            if (!run.thread().isAlive()) {
                return true;
            }
            log.warn("'{}' has not ended within {}, interrupting it", name, timeout);
            run.thread().interrupt();
            run.thread().join(PATIENCE_WITH_INTERRUPTED.toMillis());
        } catch (InterruptedException interrupted) {
            run.thread().interrupt();
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /**
     * Whether it has been started and not stopped, and its thread lives.
     *
     * @return whether it runs
     */
    public synchronized boolean running() {
        return running != null && running.thread().isAlive();
    }

    /**
     * What keeps it from reading.
     *
     * @return the last failure, or null when it reads
     */
    public @Nullable Throwable failure() {
        return failure;
    }

    private void repeat(Stop stop) {
        ExponentialBackOff backOff = new ExponentialBackOff(FIRST_PAUSE_MILLIS, 2);
        backOff.setMaxInterval(LONGEST_PAUSE_MILLIS);
        BackOffExecution pauses = backOff.start();
        while (!stop.raised()) {
            Throwable thrown = failureOf(stop);
            if (stop.raised()) {
                log.debug("'{}' has ended", name, thrown == null ? null : FailureText.trace(thrown));
            } else if (thrown != null) {
                pauses = failure == null ? backOff.start() : pauses;
                pause(stop, report(thrown, pauses.nextBackOff()));
            }
        }
    }

    /** An interrupt that nobody meant as a stop is a failure like any other: a handler may have left it behind. */
    private @Nullable Throwable failureOf(Stop stop) {
        try {
            body.run(stop);
            return null;
        } catch (InterruptedException | RuntimeException | Error thrown) {
            boolean unused = Thread.interrupted();
            return thrown;
        }
    }

    private void pause(Stop stop, long millis) {
        try {
            boolean unused = stop.await(TimeUnit.MILLISECONDS.toNanos(millis));
        } catch (InterruptedException interrupted) {
            log.debug("'{}' was interrupted in a pause", name, FailureText.trace(interrupted));
        }
    }

    private long report(Throwable thrown, long millis) {
        if (failure == null) {
            log.warn("'{}' cannot read, trying again in {} ms", name, millis, FailureText.trace(thrown));
        } else {
            log.debug("'{}' still cannot read, trying again in {} ms", name, millis, FailureText.trace(thrown));
        }
        failure = thrown;
        return millis;
    }
}
