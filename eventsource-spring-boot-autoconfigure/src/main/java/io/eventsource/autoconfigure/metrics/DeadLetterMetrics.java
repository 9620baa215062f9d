package io.eventsource.autoconfigure.metrics;

import io.eventsource.autoconfigure.lifecycle.LifecyclePhase;
import io.eventsource.autoconfigure.lifecycle.RecurringWork;
import io.eventsource.deadletter.DeadLetterRepository;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * How many dead letters are open, counted now and then in a thread of its own: whoever reads the meters does not wait for the
 * database. All instances count the same queue.
 */
final class DeadLetterMetrics implements MeterBinder, SmartLifecycle {

    private static final long SECONDS_BETWEEN = 15;

    private final DeadLetterRepository repository;
    private final ThreadFactory threads;
    private volatile DeadLetterRepository.@Nullable Statistics counted;
    private volatile boolean wanted;
    private @Nullable ScheduledThreadPoolExecutor executor;

    DeadLetterMetrics(DeadLetterRepository repository, ThreadFactory threads) {
        this.repository = repository;
        this.threads = threads;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        wanted = true;
        gauge(registry, "failed", DeadLetterRepository.Statistics::totalFailed);
        gauge(registry, "waiting", DeadLetterRepository.Statistics::totalWaiting);
        gauge(registry, "retrying", DeadLetterRepository.Statistics::totalRetrying);
    }

    private void gauge(MeterRegistry registry, String status, ToLongFunction<DeadLetterRepository.Statistics> count) {
        Gauge.builder("eventsource.deadletters", this, each -> each.value(count))
                .description("Open dead letters in the queue that all instances share")
                .tag("status", status)
                .register(registry);
    }

    /** No number while the queue cannot be read. */
    private double value(ToLongFunction<DeadLetterRepository.Statistics> count) {
        DeadLetterRepository.Statistics last = counted;
        return last == null ? Double.NaN : count.applyAsLong(last);
    }

    @Override
    public synchronized void start() {
        if (executor != null) {
            return;
        }
        ScheduledThreadPoolExecutor started = new ScheduledThreadPoolExecutor(1, body -> {
            Thread thread = threads.newThread(body);
            thread.setName("eventsource-dead-letter-count");
            return thread;
        });
        ScheduledFuture<?> unused = started.scheduleWithFixedDelay(
                new RecurringWork("Counting dead letters", this::count), 0, SECONDS_BETWEEN, TimeUnit.SECONDS);
        executor = started;
    }

    private @Nullable Throwable count() {
        if (!wanted) {
            return null;
        }
        DeadLetterRepository.Statistics now = null;
        try {
            now = repository.statistics();
        } finally {
            counted = now;
        }
        return null;
    }

    @Override
    public synchronized void stop() {
        if (executor != null) {
            executor.shutdownNow();
            executor = null;
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
