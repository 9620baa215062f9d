package io.eventsource.autoconfigure.aggregate;

import io.eventsource.snapshot.Snapshots;
import io.eventsource.snapshot.Snapshots.Settings.SnapshotMode;
import io.eventsource.snapshot.Snapshots.SnapshotPolicy;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How snapshots of aggregates are taken. Only aggregates that declare a version of their state have snapshots.
 *
 * @param enabled Whether aggregates are loaded from snapshots and snapshots are taken.
 * @param threshold After how many events since the last snapshot the next one is due.
 * @param mode Who takes a snapshot that is due.
 * @param queueCapacity How many background snapshots may wait; a further one is skipped and counted.
 * @param aggregates What is different for some aggregates, by the name of their type: enabled, threshold, mode.
 */
@ConfigurationProperties("eventsource.snapshots")
public record SnapshotProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("100") int threshold,
        @DefaultValue("background") SnapshotMode mode,
        @DefaultValue("1000") int queueCapacity,
        @DefaultValue Map<String, AggregateSnapshots> aggregates) {

    /** Checks the bounds. */
    public SnapshotProperties {
        requirePositive("threshold", threshold);
        requirePositive("queue-capacity", queueCapacity);
        aggregates = Map.copyOf(aggregates);
        aggregates.forEach((type, aggregate) -> {
            if (aggregate.threshold() != null) {
                requirePositive("aggregates." + type + ".threshold", aggregate.threshold());
            }
        });
    }

    private static void requirePositive(String property, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "eventsource.snapshots.%s must be 1 or more, but it is %d".formatted(property, value));
        }
    }

    Snapshots.@Nullable Settings settings(String aggregateType, @Nullable SnapshotPolicy policy) {
        AggregateSnapshots own = aggregates.getOrDefault(aggregateType, AggregateSnapshots.LIKE_ALL);
        if (!(own.enabled() == null ? enabled : own.enabled())) {
            return null;
        }
        int events = own.threshold() == null ? threshold : own.threshold();
        return new Snapshots.Settings(
                own.mode() == null ? mode : own.mode(),
                policy == null || own.threshold() != null ? SnapshotPolicy.every(events) : policy);
    }

    /**
     * What is different for one type of aggregate.
     *
     * @param enabled Whether it has snapshots.
     * @param threshold After how many events since the last snapshot the next one is due.
     * @param mode Who takes a snapshot that is due.
     */
    public record AggregateSnapshots(
            @Nullable Boolean enabled, @Nullable Integer threshold, @Nullable SnapshotMode mode) {

        private static final AggregateSnapshots LIKE_ALL = new AggregateSnapshots(null, null, null);
    }
}
