package io.eventsource.autoconfigure.subscription;

import io.eventsource.autoconfigure.subscription.SubscriptionOptions.Retry;
import io.eventsource.log.PageBytes;
import io.eventsource.projection.EventHandlers;
import io.eventsource.subscription.InstanceSettings.StaticPartition;
import io.eventsource.subscription.SubscriptionSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How subscriptions read the log.
 *
 * @param enabled Whether projections are driven by this instance.
 * @param preset Sizes and times that belong together, for what is not set itself.
 * @param pollInterval How long the log goes unlooked at when no signal arrives. 1s, with the preset high-throughput 500ms.
 * @param maxPageBytes How many bytes of events each reader of the log brings into memory at once. A thirty-second part of the heap, at most 16MB. An event
 *     that alone has more is read by itself.
 * @param instance What this instance takes part in.
 * @param defaults How all subscriptions read and handle.
 * @param named What differs for single subscriptions, by their names.
 */
@ConfigurationProperties("eventsource.subscriptions")
public record SubscriptionProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("standard") Preset preset,
        @Nullable Duration pollInterval,
        @Nullable DataSize maxPageBytes,
        @DefaultValue Instance instance,
        @DefaultValue @NestedConfigurationProperty SubscriptionOptions defaults,
        @DefaultValue Map<String, SubscriptionOptions> named) {

    private static final String PREFIX = "eventsource.subscriptions.";

    /** Checks the bounds. */
    public SubscriptionProperties {
        if (pollInterval == null) {
            pollInterval = preset.pollInterval;
        }
        if (pollInterval.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException(
                    PREFIX + "poll-interval must be 1 ms or more, but it is " + pollInterval);
        }
        if (maxPageBytes != null && maxPageBytes.toBytes() < PageBytes.LEAST) {
            throw new IllegalArgumentException(
                    PREFIX + "max-page-bytes must be 64KB or more, but it is " + maxPageBytes);
        }
        named = Map.copyOf(named);
        StaticPartition partition = instance.partition();
        SubscriptionSettings all = defaults.over(PREFIX + "defaults.", Retry.NONE, base(preset, partition));
        requireSegments(PREFIX + "defaults.", all, partition);
        named.forEach((name, options) -> {
            String prefix = PREFIX + "named." + name + ".";
            requireSegments(prefix, options.over(prefix, Retry.NONE, all), partition);
        });
    }

    private static SubscriptionSettings base(Preset preset, @Nullable StaticPartition partition) {
        return SubscriptionSettings.builder()
                .batchSize(preset.batchSize)
                .segments(partition == null ? 1 : partition.count())
                .build();
    }

    private static void requireSegments(
            String prefix, SubscriptionSettings settings, @Nullable StaticPartition partition) {
        if (partition != null && settings.segments().count() < partition.count()) {
            throw new IllegalArgumentException(
                    "%ssegments.count must not be below %sinstance.count, or some instance would have none, but they are %d and %d"
                            .formatted(prefix, PREFIX, settings.segments().count(), partition.count()));
        }
    }

    /** How many bytes a page has at most. */
    long pageBytes() {
        return maxPageBytes == null ? PageBytes.byHeap() : maxPageBytes.toBytes();
    }

    /** Whether this instance starts a subscription. */
    boolean starts(String name) {
        SubscriptionOptions own = named.get(name);
        Boolean ownStartup = own == null ? null : own.autoStartup();
        boolean startup = ownStartup == null ? !Boolean.FALSE.equals(defaults.autoStartup()) : ownStartup;
        return startup && instance.starts(name);
    }

    /** What holds for a subscription: by its name, otherwise as its handlers say, otherwise as for all. */
    SubscriptionSettings settings(EventHandlers handlers) {
        SubscriptionSettings all = defaults.over(PREFIX + "defaults.", Retry.NONE, base(preset, instance.partition()));
        Retry declared = new Retry(handlers.maxRetries(), handlers.retryDelay(), null, null);
        return named.getOrDefault(handlers.name(), SubscriptionOptions.NONE)
                .over(PREFIX + "named." + handlers.name() + ".", declared, all);
    }

    /**
     * What this instance takes part in.
     *
     * @param include Subscriptions that this instance starts. All.
     * @param exclude Subscriptions that this instance does not start.
     * @param leaseDuration How long other instances leave its segments to an instance that they do not hear of any more.
     * @param index Number of this instance, from 0, where segments are assigned by number and not shared out.
     * @param count How many instances there are, where segments are assigned by number.
     */
    public record Instance(
            @DefaultValue Set<String> include,
            @DefaultValue Set<String> exclude,
            @DefaultValue("30s") Duration leaseDuration,
            @Nullable Integer index,
            @Nullable Integer count) {

        /** Checks the bounds. */
        public Instance {
            if (leaseDuration.compareTo(Duration.ofMillis(100)) < 0) {
                throw new IllegalArgumentException(
                        PREFIX + "instance.lease-duration must be 100 ms or more, but it is " + leaseDuration);
            }
            if ((index == null) != (count == null)) {
                throw new IllegalArgumentException(
                        PREFIX + "instance.index and instance.count belong together, but only one of them is set");
            }
            include = Set.copyOf(include);
            exclude = Set.copyOf(exclude);
        }

        private boolean starts(String name) {
            return (include.isEmpty() || include.contains(name)) && !exclude.contains(name);
        }

        /** Which segments this instance handles, or null for a fair share. */
        @Nullable StaticPartition partition() {
            try {
                return index == null ? null : new StaticPartition(index, Objects.requireNonNull(count));
            } catch (IllegalArgumentException invalid) {
                throw new IllegalArgumentException(PREFIX + "instance." + invalid.getMessage(), invalid);
            }
        }
    }

    /** Sizes and times that belong together. */
    public enum Preset {
        /** Batches of 100, a look at the log each second. */
        STANDARD(100, Duration.ofSeconds(1)),
        /** Batches of 500, a look at the log twice a second. */
        HIGH_THROUGHPUT(500, Duration.ofMillis(500));

        private final int batchSize;
        private final Duration pollInterval;

        Preset(int batchSize, Duration pollInterval) {
            this.batchSize = batchSize;
            this.pollInterval = pollInterval;
        }
    }
}
