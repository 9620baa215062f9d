package io.eventsource.autoconfigure.aggregate;

import io.eventsource.store.EventStore;
import java.util.concurrent.Executor;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/**
 * Keeps the thread of background snapshots until all that wait are taken. Depends on the store, so that the store and its data
 * source outlive it. No {@link Executor} itself: a bean of that type would make Boot's own task executor back off.
 */
final class SnapshotExecutorHolder implements DisposableBean {

    private static final int SECONDS_TO_DRAIN = 30;

    private final ThreadPoolTaskExecutor executor;

    /**
     * Creates the holder; the thread starts with the first snapshot.
     *
     * @param store outlives the executor
     * @param queueCapacity how many snapshots may wait
     */
    SnapshotExecutorHolder(@SuppressWarnings("unused") EventStore store, int queueCapacity) {
        executor = new ThreadPoolTaskExecutor();
        executor.setCorePoolSize(1);
        executor.setMaxPoolSize(1);
        executor.setQueueCapacity(queueCapacity);
        executor.setAllowCoreThreadTimeOut(true);
        executor.setThreadNamePrefix("eventsource-snapshot-");
        executor.setWaitForTasksToCompleteOnShutdown(true);
        executor.setAwaitTerminationSeconds(SECONDS_TO_DRAIN);
        executor.initialize();
    }

    Executor executor() {
        return executor;
    }

    @Override
    public void destroy() {
        executor.shutdown();
    }
}
