package io.eventsource.autoconfigure.health;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.QueryTimeoutException;

/**
 * A question to the database that is answered in time or taken for not answered: whoever probes does not wait for as long as a pool waits
 * for a server that is away. While one is not answered no other is asked. Thread-safe.
 */
final class AnswerInTime<T> {

    private final Callable<T> question;
    private final Duration timeout;
    private final ThreadFactory threads;
    private @Nullable FutureTask<T> pending;

    AnswerInTime(Callable<T> question, Duration timeout, ThreadFactory threads) {
        this.question = question;
        this.timeout = timeout;
        this.threads = threads;
    }

    /**
     * Asks, or waits with the others for who has asked.
     *
     * @throws QueryTimeoutException when there is no answer in time
     */
    T get() throws Exception {
        return get(timeout);
    }

    /**
     * The same with another patience.
     *
     * @throws QueryTimeoutException when there is no answer in time
     */
    T get(Duration patience) throws Exception {
        FutureTask<T> asked = ask();
        try {
            return asked.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new QueryTimeoutException("The database has not answered within " + patience, late);
        } catch (ExecutionException failure) {
            throw failure.getCause() instanceof Exception cause ? cause : failure;
        }
    }

    private synchronized FutureTask<T> ask() {
        FutureTask<T> asked = pending;
        if (asked == null || asked.isDone()) {
            asked = new FutureTask<>(question);
            Thread thread = threads.newThread(asked);
            thread.setName("eventsource-health");
            // an application does not wait for an answer when it ends
            thread.setDaemon(true);
            thread.start();
            pending = asked;
        }
        return asked;
    }
}
