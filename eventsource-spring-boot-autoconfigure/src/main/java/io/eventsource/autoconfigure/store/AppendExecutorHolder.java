package io.eventsource.autoconfigure.store;

import java.util.concurrent.Executor;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/**
 * Keeps the threads of asynchronous appends until all of them are answered. No {@link Executor} itself: a bean of that
 * type would make Boot's own task executor back off.
 */
final class AppendExecutorHolder implements DisposableBean {

    private static final int THREADS = 4;
    private static final int SECONDS_TO_ANSWER = 30;

    private final ThreadPoolTaskExecutor executor;

    AppendExecutorHolder() {
        executor = new ThreadPoolTaskExecutor();
        executor.setCorePoolSize(THREADS);
        executor.setAllowCoreThreadTimeOut(true);
        executor.setThreadNamePrefix("eventsource-append-");
        executor.setWaitForTasksToCompleteOnShutdown(true);
        executor.setAwaitTerminationSeconds(SECONDS_TO_ANSWER);
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
