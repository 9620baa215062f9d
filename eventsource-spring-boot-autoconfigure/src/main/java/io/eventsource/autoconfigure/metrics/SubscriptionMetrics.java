package io.eventsource.autoconfigure.metrics;

import io.eventsource.error.ErrorListeners;
import io.eventsource.subscription.SubscriptionStatus;
import io.eventsource.subscription.SubscriptionStatus.SegmentStatus;
import io.eventsource.subscription.SubscriptionStatuses;
import io.eventsource.subscription.SubscriptionStatuses.InstanceStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How far each subscription is, what it has done here, and who owns its segments. No meter asks the database. Tags take the names of
 * the subscriptions and of a few states.
 */
final class SubscriptionMetrics implements MeterBinder {

    private static final String PREFIX = "eventsource.subscription.";
    private static final String NAME = "subscription.name";

    private final SubscriptionStatuses statuses;
    private final ErrorListeners errors;

    SubscriptionMetrics(SubscriptionStatuses statuses, ErrorListeners errors) {
        this.statuses = statuses;
        this.errors = errors;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        TimeGauge.builder(
                        "eventsource.log.high.water.mark.age",
                        this,
                        TimeUnit.MILLISECONDS,
                        SubscriptionMetrics::readAgeInMillis)
                .description("How long ago this instance last completed a look at the high-water mark")
                .register(registry);
        Gauge.builder(
                        "eventsource.lease.renewed",
                        statuses,
                        each -> each.instance().renewingLease() ? 1 : 0)
                .description("1 while this instance can renew its lease")
                .register(registry);
        for (String name : statuses.names()) {
            new Meters(registry, name).bind();
        }
    }

    private double readAgeInMillis() {
        InstanceStatus.Tail tail = statuses.instance().tail();
        return tail.readAt() == null || tail.silence() == null
                ? Double.NaN
                : tail.silence().toMillis();
    }

    /** Those of one subscription. */
    private final class Meters {

        private final MeterRegistry registry;
        private final String name;

        private Meters(MeterRegistry registry, String name) {
            this.registry = registry;
            this.name = name;
        }

        void bind() {
            gauge("lag", "Positions between it and the highest that is committed", SubscriptionStatus::lag);
            TimeGauge.builder(PREFIX + "lag.time", statuses, TimeUnit.MILLISECONDS, value(status -> status.lagTime()
                            .toMillis()))
                    .description("How long something committed has been ahead")
                    .tag(NAME, name)
                    .register(registry);
            gauge(
                    "rebuilt",
                    "Part of a rebuild that is done, 1 when there is none",
                    status -> status.rebuilt() == null ? 1 : status.rebuilt());
            counter("events", "Events handled", status -> status.counters().events());
            counter("failures", "Attempts that failed", status -> status.counters()
                    .failed());
            counter("retries", "Failed attempts that were followed by another", status -> status.counters()
                    .retried());
            FunctionCounter.builder(PREFIX + "parked", errors, each -> parked(each.statistics()))
                    .description("Events put into the dead-letter queue")
                    .tag(NAME, name)
                    .register(registry);
            FunctionTimer.builder(
                            PREFIX + "batches",
                            statuses,
                            each -> status(each).counters().batches(),
                            value(status -> status.counters().handlingTime().toNanos()),
                            TimeUnit.NANOSECONDS)
                    .description("Batches handled and committed")
                    .tag(NAME, name)
                    .register(registry);
            for (SubscriptionStatus.State state : SubscriptionStatus.State.values()) {
                Gauge.builder(PREFIX + "state", statuses, value(status -> status.state() == state ? 1 : 0))
                        .description("1 for the state that it is in here")
                        .tag(NAME, name)
                        .tag("state", state.name().toLowerCase(Locale.ROOT))
                        .register(registry);
            }
            segments("here", statuses.instance().id()::equals);
            segments(
                    "elsewhere",
                    owner -> owner != null && !statuses.instance().id().equals(owner));
            segments("nobody", owner -> owner == null);
            changes("claimed", status -> status.counters().claimed());
            changes("given", status -> status.counters().given());
        }

        private double parked(ErrorListeners.Statistics statistics) {
            ErrorListeners.Statistics.Figures own = statistics.bySubscription().get(name);
            return own == null ? 0 : own.deadLetters();
        }

        private SubscriptionStatus status(SubscriptionStatuses from) {
            return from.status(name).orElseThrow();
        }

        private ToDoubleFunction<SubscriptionStatuses> value(ToDoubleFunction<SubscriptionStatus> value) {
            return from -> value.applyAsDouble(status(from));
        }

        private void gauge(String meter, String description, ToDoubleFunction<SubscriptionStatus> value) {
            Gauge.builder(PREFIX + meter, statuses, value(value))
                    .description(description)
                    .tag(NAME, name)
                    .register(registry);
        }

        private void counter(String meter, String description, ToDoubleFunction<SubscriptionStatus> value) {
            FunctionCounter.builder(PREFIX + meter, statuses, value(value))
                    .description(description)
                    .tag(NAME, name)
                    .register(registry);
        }

        private void segments(String owner, Predicate<@Nullable UUID> owned) {
            Gauge.builder(PREFIX + "segments", statuses, value(status -> status.segments().stream()
                            .map(SegmentStatus::owner)
                            .filter(owned)
                            .count()))
                    .description("Segments by who owns them")
                    .tag(NAME, name)
                    .tag("owner", owner)
                    .register(registry);
        }

        private void changes(String change, ToDoubleFunction<SubscriptionStatus> value) {
            FunctionCounter.builder(PREFIX + "segment.changes", statuses, value(value))
                    .description("Segments that this instance has claimed or given up")
                    .tag(NAME, name)
                    .tag("change", change)
                    .register(registry);
        }
    }
}
