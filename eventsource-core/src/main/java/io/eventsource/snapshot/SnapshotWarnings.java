package io.eventsource.snapshot;

import io.eventsource.failure.FailureText;
import io.eventsource.snapshot.Snapshots.SnapshotListener;
import io.eventsource.time.Clocks.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what keeps snapshots from being used or taken: once a minute at most for each type and reason. */
final class SnapshotWarnings {

    private static final Logger log = LoggerFactory.getLogger(Snapshots.class);
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    private record Key(String aggregateType, SnapshotListener.Outcome outcome) {}

    private final Map<Key, Long> last = new ConcurrentHashMap<>();
    private final Ticker ticker;

    SnapshotWarnings(Ticker ticker) {
        this.ticker = ticker;
    }

    void warn(String aggregateType, SnapshotListener.Outcome outcome, String what, @Nullable Throwable cause) {
        long now = ticker.nanos();
        boolean[] due = new boolean[1];
        last.compute(new Key(aggregateType, outcome), (key, before) -> {
            due[0] = before == null || now - before >= INTERVAL.toNanos();
            return due[0] || before == null ? now : before;
        });
        if (due[0]) {
            log.warn(
                    "Snapshot of {}: {}. Not logged again within a minute, but counted.",
                    aggregateType,
                    what,
                    cause == null ? null : FailureText.trace(cause));
        }
    }
}
