package io.eventsource.subscription;

import io.eventsource.deadletter.DeadLetterReplay;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;

/** What holds for a batch of a subscription, for a dead letter or a message: its processing timeout, and how long its client may be silent. */
final class BatchBounds implements DeadLetterReplay.Target.Bounds {

    private final String subscription;
    private final Duration timeout;
    private final Runnable limitSilence;
    private final DataSource dataSource;
    private final ProcessingWatch.Timer timer;

    BatchBounds(
            String subscription,
            Duration timeout,
            Runnable limitSilence,
            DataSource dataSource,
            ProcessingWatch.Timer timer) {
        this.subscription = subscription;
        this.timeout = timeout;
        this.limitSilence = limitSilence;
        this.dataSource = dataSource;
        this.timer = timer;
    }

    @Override
    public void run(Runnable handling) {
        limitSilence.run();
        // a watch is for one thread, and replays run in any
        ProcessingWatch watch = new ProcessingWatch(subscription, timeout, timer);
        watch.run(() -> {
            watch.on(DataSourceUtils.getConnection(dataSource));
            handling.run();
        });
    }
}
