package io.eventsource.autoconfigure.metrics;

import io.eventsource.outbox.Outbox;
import io.eventsource.outbox.Outbox.DestinationStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How far each destination is, as of the last look. No gauge asks the database; NaN before the first look. */
final class OutboxMetrics implements MeterBinder {

    private final Outbox outbox;
    private final List<String> destinations;
    private volatile Map<String, DestinationStatus> last = Map.of();

    OutboxMetrics(Outbox outbox, List<String> destinations) {
        this.outbox = outbox;
        this.destinations = destinations;
    }

    void look() {
        last = outbox.destinations().stream()
                .collect(Collectors.toUnmodifiableMap(DestinationStatus::name, Function.identity()));
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (String destination : destinations) {
            gauge(registry, destination, "pending", "Events still to be sent", DestinationStatus::pending);
            gauge(
                    registry,
                    destination,
                    "failed",
                    "Events that failed and wait for somebody",
                    DestinationStatus::failed);
            gauge(
                    registry,
                    destination,
                    "published",
                    "Events that are sent, by all instances",
                    DestinationStatus::published);
            TimeGauge.builder(
                            "eventsource.outbox.age",
                            this,
                            TimeUnit.MILLISECONDS,
                            metrics -> metrics.of(
                                    destination, status -> status.age().toMillis()))
                    .tag("destination", destination)
                    .description("For how long the oldest event has waited that is not sent")
                    .register(registry);
        }
    }

    private void gauge(
            MeterRegistry registry,
            String destination,
            String name,
            String description,
            ToDoubleFunction<DestinationStatus> value) {
        Gauge.builder("eventsource.outbox." + name, this, metrics -> metrics.of(destination, value))
                .tag("destination", destination)
                .description(description)
                .register(registry);
    }

    private double of(String destination, ToDoubleFunction<DestinationStatus> value) {
        @Nullable DestinationStatus status = last.get(destination);
        return status == null ? Double.NaN : value.applyAsDouble(status);
    }
}
