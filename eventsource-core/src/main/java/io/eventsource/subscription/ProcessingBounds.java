package io.eventsource.subscription;

import io.eventsource.deadletter.DeadLetterReplay;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;

/** The bounds of a subscription's batches, for handlers that no subscription drives. */
final class ProcessingBounds {

    private ProcessingBounds() {}

    /** See {@link SubscriptionManager#bounds}. */
    static DeadLetterReplay.Target.Bounds of(
            String name, Duration timeout, DataSource dataSource, ThreadFactory threads) {
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
