package io.eventsource.subscription;

import io.eventsource.deadletter.ReplayTarget;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;

/** The bounds of a subscription's batches, for handlers that no subscription drives. */
public final class ProcessingBounds {

    private ProcessingBounds() {}

    /**
     * Bounds by a processing timeout: when it has passed, the running statement is cancelled, the thread interrupted, and the
     * handling fails with a {@link ProcessingTimeoutException}, even if it ends well. The server ends the transaction of a client
     * that is silent for twice the time, and with it its locks.
     *
     * @param name whose handlers they are, for messages
     * @param timeout how long the handling may take
     * @param dataSource on whose transactions the handlers run
     * @param threads makes the thread that watches, which ends by itself when there is nothing to watch
     * @return the bounds, thread-safe
     * @throws IllegalArgumentException when the timeout is below 1 ms
     */
    public static ReplayTarget.Bounds of(String name, Duration timeout, DataSource dataSource, ThreadFactory threads) {
        if (timeout.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("batch.timeout must be 1 ms or more, but it is " + timeout);
        }
        JdbcOperations jdbc = new JdbcTemplate(dataSource);
        Duration silence = timeout.multipliedBy(2);
        return new BatchBounds(
                name,
                timeout,
                () -> CheckpointRepository.limitSilence(jdbc, silence),
                dataSource,
                new Workers(threads).passing("eventsource-timer-" + name));
    }
}
