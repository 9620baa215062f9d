package io.eventsource.subscription;

import io.eventsource.deadletter.ReplayBounds;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;

/** What holds for a batch of a subscription, for a dead letter of it: its processing timeout, and how long its client may be silent. */
final class BatchBounds implements ReplayBounds {

    private final String subscription;
    private final Duration timeout;
    private final Duration silence;
    private final CheckpointRepository checkpoints;
    private final DataSource dataSource;
    private final ProcessingWatch.Timer timer;

    BatchBounds(
            String subscription,
            Duration timeout,
            Duration silence,
            CheckpointRepository checkpoints,
            DataSource dataSource,
            ProcessingWatch.Timer timer) {
        this.subscription = subscription;
        this.timeout = timeout;
        this.silence = silence;
        this.checkpoints = checkpoints;
        this.dataSource = dataSource;
        this.timer = timer;
    }

    @Override
    public void run(Runnable handling) {
        checkpoints.limitSilence(silence);
        // a watch is for one thread, and replays run in any
        ProcessingWatch watch = new ProcessingWatch(subscription, timeout, timer);
        watch.run(() -> {
            watch.on(DataSourceUtils.getConnection(dataSource));
            handling.run();
        });
    }
}
