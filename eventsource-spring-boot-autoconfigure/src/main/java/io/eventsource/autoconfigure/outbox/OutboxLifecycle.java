package io.eventsource.autoconfigure.outbox;

import io.eventsource.autoconfigure.lifecycle.LifecyclePhase;
import io.eventsource.autoconfigure.lifecycle.RecurringWork;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** Does what the outbox has to do now and then, in one thread. Starts after the subscriptions and stops before them. */
final class OutboxLifecycle implements SmartLifecycle {

    /** Each task is a few statements that end by themselves. */
    private static final Duration ENDED_WITHIN = Duration.ofSeconds(5);

    private final List<OutboxTask> tasks;
    private final ThreadFactory threads;
    private @Nullable ScheduledThreadPoolExecutor executor;

    OutboxLifecycle(List<OutboxTask> tasks, ThreadFactory threads) {
        this.tasks = tasks;
        this.threads = threads;
    }

    @Override
    public synchronized void start() {
        if (executor != null || tasks.isEmpty()) {
            return;
        }
        ScheduledThreadPoolExecutor started = new ScheduledThreadPoolExecutor(1, body -> {
            Thread thread = threads.newThread(body);
            thread.setName("eventsource-outbox");
            return thread;
        });
        for (OutboxTask task : tasks) {
            RecurringWork work = new RecurringWork(task.description(), () -> {
                task.work().run();
                return null;
            });
            ScheduledFuture<?> unused =
                    started.scheduleWithFixedDelay(work, 0, task.interval().toMillis(), TimeUnit.MILLISECONDS);
        }
        executor = started;
    }

    @Override
    public synchronized void stop() {
        ScheduledThreadPoolExecutor stopping = executor;
        executor = null;
        if (stopping == null) {
            return;
        }
        stopping.shutdownNow();
        try {
            boolean unused = stopping.awaitTermination(ENDED_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
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
