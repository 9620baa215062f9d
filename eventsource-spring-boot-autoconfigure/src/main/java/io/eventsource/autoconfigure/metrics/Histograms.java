package io.eventsource.autoconfigure.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Percentile histograms for the timers whose percentiles one alerts on, in the range that makes sense for them. */
final class Histograms implements MeterFilter {

    private static final Set<String> TIMERS = Set.of("eventsource.append", "eventsource.load", "eventsource.handle");
    private static final Duration SHORTEST = Duration.ofNanos(250_000);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    @Override
    public @Nullable DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
        if (!TIMERS.contains(id.getName()) || id.getType() != Meter.Type.TIMER) {
            return config;
        }
        return DistributionStatisticConfig.builder()
                .percentilesHistogram(true)
                .minimumExpectedValue((double) SHORTEST.toNanos())
                .maximumExpectedValue((double) LONGEST.toNanos())
                .build()
                .merge(config);
    }
}
