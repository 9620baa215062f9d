package io.eventsource.autoconfigure.deadletter;

import io.eventsource.autoconfigure.lifecycle.HurriedStop;
import io.eventsource.autoconfigure.lifecycle.LifecyclePhase;
import io.eventsource.autoconfigure.lifecycle.RecurringWork;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Handles dead letters again that are due, and deletes those that were closed long ago, in one thread. Starts after the
 * subscriptions and stops before them. A replay that somebody has asked for ends when the application begins to stop, before the web server
 * waits for it.
 */
final class DeadLetterLifecycle implements SmartLifecycle, ApplicationListener<ContextClosedEvent> {

    private static final Duration INTERRUPTED_WITHIN = Duration.ofSeconds(5);

    private final ApplicationContext context;
    private final DeadLetterWork work;
    private final DeadLetterProperties properties;
    private final HurriedStop hurried;
    private final ThreadFactory threads;
    private @Nullable ScheduledThreadPoolExecutor executor;

    DeadLetterLifecycle(
            ApplicationContext context,
            DeadLetterWork work,
            DeadLetterProperties properties,
            HurriedStop hurried,
            ThreadFactory threads) {
        this.context = context;
        this.work = work;
        this.properties = properties;
        this.hurried = hurried;
        this.threads = threads;
    }

    @Override
    public synchronized void start() {
        if (executor != null || work.none()) {
            return;
        }
        ScheduledThreadPoolExecutor started = new ScheduledThreadPoolExecutor(1, body -> {
            Thread thread = threads.newThread(body);
            thread.setName("eventsource-dead-letters");
            return thread;
        });
        long interval = properties.replay().interval().toMillis();
        if (!properties.retention().isZero()) {
            repeat(
                    started,
                    new RecurringWork("Deleting closed dead letters", () -> work.deleteClosed(properties.retention())),
                    interval,
                    TimeUnit.DAYS.toMillis(1));
        }
        repeat(
                started,
                new RecurringWork(
                        "Handling dead letters again",
                        () -> work.replayDue(properties.replay().limit())),
                interval,
                interval);
        executor = started;
    }

    private static void repeat(ScheduledThreadPoolExecutor executor, Runnable work, long firstMillis, long millis) {
        ScheduledFuture<?> unused = executor.scheduleWithFixedDelay(work, firstMillis, millis, TimeUnit.MILLISECONDS);
    }

    /** Not of a child, such as that of the management port. */
    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        if (event.getApplicationContext() == context) {
            work.stopReplays();
        }
    }

    /** What is being handled may be finished; then it is interrupted and rolled back. */
    @Override
    public synchronized void stop() {
        ScheduledThreadPoolExecutor stopping = executor;
        executor = null;
        if (stopping == null) {
            return;
        }
        stopping.shutdown();
        boolean unused = hurried.run("dead letters", () -> await(stopping));
    }

    private boolean await(ScheduledThreadPoolExecutor stopping) {
        try {
            if (stopping.awaitTermination(hurried.drainTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
                return true;
            }
            stopping.shutdownNow();
            return stopping.awaitTermination(INTERRUPTED_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            stopping.shutdownNow();
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return executor != null;
    }

    @Override
    public int getPhase() {
        return LifecyclePhase.AFTER_SUBSCRIPTIONS.value();
    }
}
