package io.eventsource.autoconfigure.metrics;

import io.eventsource.autoconfigure.pool.DatabaseReach;
import io.eventsource.log.HighWaterMark;
import io.eventsource.signal.SignalRelay;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Where the high-water mark is, how long it has waited, and whether other instances are heard. No gauge asks the database. */
final class LogMetrics implements MeterBinder {

    private final HighWaterMark highWaterMark;
    private final @Nullable SignalRelay relay;
    private final DatabaseReach reach;

    LogMetrics(HighWaterMark highWaterMark, @Nullable SignalRelay relay, DatabaseReach reach) {
        this.highWaterMark = highWaterMark;
        this.relay = relay;
        this.reach = reach;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("eventsource.log.high.water.mark", highWaterMark, mark -> mark.status()
                        .position())
                .description("Position up to which everything that will ever be visible is visible")
                .register(registry);
        TimeGauge.builder("eventsource.log.gap.age", this, TimeUnit.MILLISECONDS, LogMetrics::gapAgeInMillis)
                .description(
                        "How long the high-water mark has waited for an open transaction, 0 while it does not wait")
                .register(registry);
        FunctionCounter.builder("eventsource.connection.errors", reach, DatabaseReach::refusals)
                .description("Connections to the database that could not be opened")
                .register(registry);
        if (relay != null) {
            Gauge.builder(
                            "eventsource.wakeup.connected",
                            relay,
                            each -> each.status().connected() ? 1 : 0)
                    .description(
                            "1 while other instances' commits are heard at once, 0 while they are found by polling")
                    .register(registry);
        }
    }

    private double gapAgeInMillis() {
        return highWaterMark.gapAge().orElse(Duration.ZERO).toMillis();
    }
}
