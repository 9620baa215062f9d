package io.eventsource.autoconfigure.metrics;

import io.eventsource.aggregate.AggregateTypes;
import io.eventsource.snapshot.Snapshots.SnapshotListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Registers, with the value 0, the counters whose tags are known when the application starts. One that is born with its first event is born at 1,
 * and no increase is ever seen of that first event: of the only failure of a night, for instance.
 */
final class CountersFromZero implements MeterBinder {

    private final Supplier<@Nullable AggregateTypes> known;

    /**
     * Creates it.
     *
     * @param known asked when meters are bound
     */
    CountersFromZero(Supplier<@Nullable AggregateTypes> known) {
        this.known = known;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        AggregateTypes types = known.get();
        if (types == null) {
            return;
        }
        for (String type : types.names()) {
            appended(registry, type, 0);
            conflicts(registry, type, 0);
            if (types.declaresState(type)) {
                Arrays.stream(SnapshotListener.Outcome.values())
                        .forEach(outcome -> snapshots(registry, type, outcome, 0));
            }
        }
    }

    static void appended(@Nullable MeterRegistry registry, String aggregateType, int amount) {
        count(registry, "eventsource.events.appended", amount, "aggregate.type", aggregateType);
    }

    static void conflicts(@Nullable MeterRegistry registry, String aggregateType, int amount) {
        count(registry, "eventsource.append.conflicts", amount, "aggregate.type", aggregateType);
    }

    static void snapshots(
            @Nullable MeterRegistry registry, String aggregateType, SnapshotListener.Outcome outcome, int amount) {
        String tag = outcome.name().toLowerCase(Locale.ROOT);
        count(registry, "eventsource.snapshots", amount, "aggregate", aggregateType, "outcome", tag);
    }

    private static void count(@Nullable MeterRegistry registry, String name, int amount, String... tags) {
        if (registry != null) {
            registry.counter(name, tags).increment(amount);
        }
    }
}
