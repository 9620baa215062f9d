package io.eventsource.subscription;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The threads that subscriptions share: for reading ahead and for ending what takes too long. Thread-safe. */
final class Workers implements Executor {

    private final ThreadFactory threads;
    private @Nullable ExecutorService readers;
    private @Nullable ScheduledThreadPoolExecutor timer;

    Workers(ThreadFactory threads) {
        this.threads = threads;
    }

    synchronized void start() {
        if (readers == null) {
            readers = Executors.newCachedThreadPool(named("eventsource-reader"));
            ScheduledThreadPoolExecutor newTimer = new ScheduledThreadPoolExecutor(1, named("eventsource-timer"));
            newTimer.setRemoveOnCancelPolicy(true);
            timer = newTimer;
        }
    }

    synchronized void stop() {
        if (readers != null) {
            readers.shutdownNow();
            readers = null;
        }
        if (timer != null) {
            timer.shutdownNow();
            timer = null;
        }
    }

    private ThreadFactory named(String name) {
        return body -> {
            Thread thread = threads.newThread(body);
            thread.setName(name);
            return thread;
        };
    }

    @Override
    public synchronized void execute(Runnable command) {
        if (readers == null) {
            throw stopped();
        }
        readers.execute(command);
    }

    /** A timer whose thread ends by itself when there has been nothing to wait for, for what goes on while this is stopped. */
    ProcessingWatch.Timer passing(String name) {
        ScheduledThreadPoolExecutor passing = new ScheduledThreadPoolExecutor(1, named(name));
        passing.setRemoveOnCancelPolicy(true);
        passing.setKeepAliveTime(1, TimeUnit.SECONDS);
        passing.allowCoreThreadTimeOut(true);
        return (command, nanos) -> passing.schedule(command, nanos, TimeUnit.NANOSECONDS);
    }

    synchronized ScheduledFuture<?> schedule(Runnable command, long nanos) {
        if (timer == null) {
            throw stopped();
        }
        return timer.schedule(command, nanos, TimeUnit.NANOSECONDS);
    }

    private static RejectedExecutionException stopped() {
        return new RejectedExecutionException("The subscriptions have been stopped");
    }
}
