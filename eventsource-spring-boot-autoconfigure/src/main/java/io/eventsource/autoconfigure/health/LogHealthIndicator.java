package io.eventsource.autoconfigure.health;

import io.eventsource.log.HighWaterMark;
import io.eventsource.signal.SignalRelay;
import io.eventsource.time.Clocks.Ticker;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Whether the high-water mark is followed and moves, and whether the log is still the one that was read before. */
final class LogHealthIndicator extends AbstractHealthIndicator {

    private final HighWaterMark highWaterMark;
    private final HighWaterMarkWatch watch;
    private final GapHealth gap;
    private final @Nullable SignalRelay relay;
    private final Duration shownFor;
    private final Ticker ticker;

    private long regressionsSeen;
    private @Nullable Long regressedAt;

    LogHealthIndicator(
            HighWaterMark highWaterMark,
            HighWaterMarkWatch watch,
            GapHealth gap,
            @Nullable SignalRelay relay,
            Duration shownFor,
            Ticker ticker) {
        super("The high-water mark cannot be asked for");
        this.highWaterMark = highWaterMark;
        this.watch = watch;
        this.gap = gap;
        this.relay = relay;
        this.shownFor = shownFor;
        this.ticker = ticker;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) throws Exception {
        HighWaterMark.Status mark = highWaterMark.status();
        Duration silence = watch.silence();
        health.up().withDetail("highWaterMark", mark.position()).withDetail("regressions", mark.regressions());
        if (silence != null) {
            health.withDetail("secondsSinceLook", silence.toSeconds());
        }
        if (watch.memoryShortages() > 0) {
            health.withDetail("memoryShortages", watch.memoryShortages());
        }
        if (relay != null) {
            health.withDetail("wakeUp", describe(relay.status()));
        }
        String trouble = watch.trouble();
        boolean stalled = gap.stalled(health);
        if (trouble != null) {
            health.down().withDetail("reason", trouble);
        } else if (stalled) {
            health.status(Verdict.DEGRADED).withDetail("reason", "an open transaction holds the high-water mark");
        } else if (regressed(mark.regressions())) {
            health.status(Verdict.DEGRADED)
                    .withDetail("reason", "the log has gone backwards: the server has lost events that had been read");
        } else if (watch.shortOfMemory(shownFor)) {
            health.status(Verdict.DEGRADED)
                    .withDetail(
                            "reason", "the heap did not suffice for a page of the log, which is read in smaller ones");
        }
    }

    /** Shown for a while from when it is first noticed here. */
    private synchronized boolean regressed(long regressions) {
        if (regressions > regressionsSeen) {
            regressionsSeen = regressions;
            regressedAt = ticker.nanos();
        }
        return regressedAt != null && ticker.since(regressedAt).compareTo(shownFor) < 0;
    }

    /** Says whether other instances are heard. While they are not, events arrive later, but all arrive: no reason to be degraded. */
    private static Map<String, Object> describe(SignalRelay.Status status) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("connected", status.connected());
        details.put("since", status.since().toString());
        details.put("sending", status.sending());
        Throwable failure = status.lastFailure();
        if (failure != null && status.lastFailureAt() != null) {
            details.put("lastError", failure.getClass().getName());
            details.put("lastErrorAt", status.lastFailureAt().toString());
        }
        return details;
    }
}
