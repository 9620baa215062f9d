package io.eventsource.autoconfigure.subscription;

import io.eventsource.deadletter.ParkingOrder;
import io.eventsource.error.ErrorSettings;
import io.eventsource.log.PageBytes;
import io.eventsource.projection.EventHandlers;
import io.eventsource.subscription.InstanceSettings.StaticPartition;
import io.eventsource.subscription.StartPosition;
import io.eventsource.subscription.SubscriptionFilter;
import io.eventsource.subscription.SubscriptionSettings;
import io.eventsource.subscription.SubscriptionSettings.CheckpointStrategy;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How projections read the log.
 *
 * @param enabled Whether projections are driven by this instance.
 * @param preset Sizes and times that belong together, for what is not set itself.
 * @param pollInterval How long the log goes unlooked at when no signal arrives. 1s, with the preset high-throughput 500ms.
 * @param drainTimeout How long a batch that is being handled may go on when the application stops.
 * @param shutdownTimeout How long stopping the subscriptions may take altogether.
 * @param leaseDuration How long other instances leave its segments to an instance that they do not hear of any more.
 * @param maxPageBytes How many bytes of events each reader of the log brings into memory at once. A thirty-second part of the heap, at most 16MB. An event
 *     that alone has more is read by itself.
 * @param autoStartup Whether subscriptions are started with the application.
 * @param include Subscriptions that this instance starts. All.
 * @param exclude Subscriptions that this instance does not start.
 * @param partitionId Number of this instance, from 0, where segments are assigned by number and not shared out.
 * @param numPartitions How many instances there are, where segments are assigned by number.
 * @param defaults How all subscriptions read and handle.
 * @param named What differs for single subscriptions, by their names.
 */
@ConfigurationProperties("eventsource.subscriptions")
public record SubscriptionProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("standard") Preset preset,
        @Nullable Duration pollInterval,
        @DefaultValue("10s") Duration drainTimeout,
        @DefaultValue("30s") Duration shutdownTimeout,
        @DefaultValue("30s") Duration leaseDuration,
        @Nullable DataSize maxPageBytes,
        @DefaultValue("true") boolean autoStartup,
        @DefaultValue Set<String> include,
        @DefaultValue Set<String> exclude,
        @Nullable Integer partitionId,
        @Nullable Integer numPartitions,
        @DefaultValue Options defaults,
        @DefaultValue Map<String, Options> named) {

    private static final String PREFIX = "eventsource.subscriptions.";

    /** Checks the bounds. */
    public SubscriptionProperties {
        if (drainTimeout.isNegative()) {
            throw new IllegalArgumentException(
                    PREFIX + "drain-timeout must not be negative, but it is " + drainTimeout);
        }
        if (shutdownTimeout.compareTo(drainTimeout) < 0) {
            throw new IllegalArgumentException(
                    "%sshutdown-timeout must not be below %sdrain-timeout, but they are %s and %s"
                            .formatted(PREFIX, PREFIX, shutdownTimeout, drainTimeout));
        }
        if (pollInterval == null) {
            pollInterval = preset.pollInterval;
        }
        if (pollInterval.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException(
                    PREFIX + "poll-interval must be 1 ms or more, but it is " + pollInterval);
        }
        if (leaseDuration.compareTo(Duration.ofMillis(100)) < 0) {
            throw new IllegalArgumentException(
                    PREFIX + "lease-duration must be 100 ms or more, but it is " + leaseDuration);
        }
        if (maxPageBytes != null && maxPageBytes.toBytes() < PageBytes.LEAST) {
            throw new IllegalArgumentException(
                    PREFIX + "max-page-bytes must be 64KB or more, but it is " + maxPageBytes);
        }
        if ((partitionId == null) != (numPartitions == null)) {
            throw new IllegalArgumentException(
                    PREFIX + "partition-id and num-partitions belong together, but only one of them is set");
        }
        named = Map.copyOf(named);
        include = Set.copyOf(include);
        exclude = Set.copyOf(exclude);
        StaticPartition partition = partition(partitionId, numPartitions);
        SubscriptionSettings all = defaults.over(PREFIX + "defaults.", base(preset, partition));
        requireSegments(PREFIX + "defaults.", all, partition);
        named.forEach((name, options) -> {
            String prefix = PREFIX + "named." + name + ".";
            requireSegments(prefix, options.over(prefix, all), partition);
        });
    }

    private static @Nullable StaticPartition partition(@Nullable Integer id, @Nullable Integer count) {
        try {
            return id == null || count == null ? null : new StaticPartition(id, count);
        } catch (IllegalArgumentException invalid) {
            throw new IllegalArgumentException(PREFIX + invalid.getMessage(), invalid);
        }
    }

    private static SubscriptionSettings base(Preset preset, @Nullable StaticPartition partition) {
        return SubscriptionSettings.builder()
                .batchSize(preset.batchSize)
                .segments(partition == null ? 1 : partition.count())
                .build();
    }

    private static void requireSegments(
            String prefix, SubscriptionSettings settings, @Nullable StaticPartition partition) {
        if (partition != null && settings.segments() < partition.count()) {
            throw new IllegalArgumentException(
                    "%ssegments must not be below %snum-partitions, or some instance would have none, but they are %d and %d"
                            .formatted(prefix, PREFIX, settings.segments(), partition.count()));
        }
    }

    /** How many bytes a page has at most. */
    long pageBytes() {
        return maxPageBytes == null ? PageBytes.byHeap() : maxPageBytes.toBytes();
    }

    /** Which segments this instance handles, or null for a fair share. */
    @Nullable StaticPartition partition() {
        return partition(partitionId, numPartitions);
    }

    /** Whether this instance starts a subscription. */
    boolean starts(String name) {
        Options own = named.get(name);
        Boolean ownStartup = own == null ? null : own.autoStartup();
        boolean startup = ownStartup == null ? or(defaults.autoStartup(), autoStartup) : ownStartup;
        return startup && (include.isEmpty() || include.contains(name)) && !exclude.contains(name);
    }

    private static boolean or(@Nullable Boolean own, boolean base) {
        return own == null ? base : own;
    }

    /** What holds for a subscription: by its name, otherwise as its handlers say, otherwise as for all. */
    SubscriptionSettings settings(EventHandlers handlers) {
        SubscriptionSettings all = defaults.over(PREFIX + "defaults.", base(preset, partition()));
        Options own = named.getOrDefault(handlers.name(), Options.NONE);
        return own.or(handlers.maxRetries(), handlers.retryDelay())
                .over(PREFIX + "named." + handlers.name() + ".", all);
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

    /**
     * How a subscription reads and handles, as far as it is said.
     *
     * @param batchSize How many events are handled in one transaction at first. 100, with the preset high-throughput 500.
     * @param maxInFlight How many events may be read and not yet handled. 1000.
     * @param backpressureThreshold Part of max-in-flight from which on nothing further is read ahead. 0.8.
     * @param linger How long a subscription that keeps up with the log waits at least from one batch to the next. 5ms.
     * @param processingTimeout How long the handling of a batch may take. 30s.
     * @param checkpointStrategy When the checkpoint is written. every-batch.
     * @param checkpointInterval How often the checkpoint is written with the strategy periodic, and with each strategy when events pass that are not for the subscription. 5s.
     * @param startFrom Where a subscription without a checkpoint begins: checkpoint, which is the same as beginning; end; a
     *     position; or a time such as 2026-01-31T12:00:00Z.
     * @param eventTypes Only events of these types are handled. All that there are handlers for.
     * @param aggregateTypes Only events of aggregates of these types are handled. All.
     * @param tenant Only events of this tenant are handled. All.
     * @param maxRetries How often an event that cannot be handled is tried again before it is parked. 5.
     * @param retryDelay Pause after an event has failed for the first time. 1s.
     * @param retryMultiplier By how much each further pause is longer. 2.
     * @param maxRetryDelay Longest pause after an event has failed. 30s.
     * @param continueOnError Whether an event that has failed for good is parked in the dead-letter queue, so that the subscription goes on;
     *     otherwise it stops there. true.
     * @param deadLetterOrder What happens to later events of an aggregate while one of it is in the dead-letter queue. by-aggregate.
     * @param circuitBreaker When nothing is read because something that every event needs is away.
     * @param segments Into how many segments it is cut at least, which instances share. 1, or num-partitions.
     * @param concurrency How many of its segments one instance handles at the same time at most. 4.
     * @param autoStartup Whether it is started with the application.
     */
    public record Options(
            @Nullable Integer batchSize,
            @Nullable Integer maxInFlight,
            @Nullable Double backpressureThreshold,
            @Nullable Duration linger,
            @Nullable Duration processingTimeout,
            @Nullable CheckpointStrategy checkpointStrategy,
            @Nullable Duration checkpointInterval,
            @Nullable String startFrom,
            @DefaultValue Set<String> eventTypes,
            @DefaultValue Set<String> aggregateTypes,
            @Nullable String tenant,
            @Nullable Integer maxRetries,
            @Nullable Duration retryDelay,
            @Nullable Double retryMultiplier,
            @Nullable Duration maxRetryDelay,
            @Nullable Boolean continueOnError,
            @Nullable ParkingOrder deadLetterOrder,
            @DefaultValue Breaker circuitBreaker,
            @Nullable Integer segments,
            @Nullable Integer concurrency,
            @Nullable Boolean autoStartup) {

        /** Nothing is said. */
        static final Options NONE = new Options(
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Set.of(),
                Set.of(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                new Breaker(null, null, null, null, null),
                null,
                null,
                null);

        /** These options with other retries where they say nothing of them. */
        Options or(@Nullable Integer otherMaxRetries, @Nullable Duration otherRetryDelay) {
            return new Options(
                    batchSize,
                    maxInFlight,
                    backpressureThreshold,
                    linger,
                    processingTimeout,
                    checkpointStrategy,
                    checkpointInterval,
                    startFrom,
                    eventTypes,
                    aggregateTypes,
                    tenant,
                    maxRetries == null ? otherMaxRetries : maxRetries,
                    retryDelay == null ? otherRetryDelay : retryDelay,
                    retryMultiplier,
                    maxRetryDelay,
                    continueOnError,
                    deadLetterOrder,
                    circuitBreaker,
                    segments,
                    concurrency,
                    autoStartup);
        }

        /**
         * These options, completed by others.
         *
         * @param prefix what the properties' names begin with
         * @param base what holds where these say nothing
         * @throws IllegalArgumentException naming the property that is out of bounds
         */
        SubscriptionSettings over(String prefix, SubscriptionSettings base) {
            try {
                SubscriptionFilter filter = base.filter();
                SubscriptionSettings.Builder settings = base.toBuilder();
                set(batchSize, settings::batchSize);
                set(maxInFlight, settings::maxInFlight);
                set(backpressureThreshold, settings::backpressureThreshold);
                set(linger, settings::linger);
                set(processingTimeout, settings::processingTimeout);
                set(checkpointStrategy, settings::checkpointStrategy);
                set(checkpointInterval, settings::checkpointInterval);
                set(startFrom == null ? null : startPosition(startFrom), settings::startFrom);
                set(deadLetterOrder, settings::deadLetterOrder);
                set(segments, settings::segments);
                set(concurrency, settings::concurrency);
                return settings.filter(new SubscriptionFilter(
                                eventTypes.isEmpty() ? filter.eventTypes() : eventTypes,
                                aggregateTypes.isEmpty() ? filter.aggregateTypes() : aggregateTypes,
                                tenant == null ? filter.tenantId() : tenant))
                        .errors(errors(base.errors()))
                        .build();
            } catch (IllegalArgumentException invalid) {
                throw new IllegalArgumentException(prefix + invalid.getMessage(), invalid);
            }
        }

        private static <T> void set(@Nullable T given, Consumer<? super T> setting) {
            if (given != null) {
                setting.accept(given);
            }
        }

        private ErrorSettings errors(ErrorSettings base) {
            return new ErrorSettings(
                    or(maxRetries, base.maxRetries()),
                    or(retryDelay, base.retryDelay()),
                    or(retryMultiplier, base.multiplier()),
                    or(maxRetryDelay, base.maxRetryDelay()),
                    or(continueOnError, base.continueOnError()),
                    circuitBreaker.over(base.circuitBreaker()));
        }

        private static <T> T or(@Nullable T own, T base) {
            return Objects.requireNonNullElse(own, base);
        }

        private static StartPosition startPosition(String text) {
            try {
                return StartPosition.parse(text);
            } catch (IllegalArgumentException invalid) {
                throw new IllegalArgumentException("start-from " + invalid.getMessage(), invalid);
            }
        }
    }

    /**
     * When a subscription reads nothing because something that every event needs, such as a database, is away.
     *
     * @param enabled Whether it stops reading; otherwise it tries again with growing pauses. true.
     * @param failureThreshold How many attempts must fail in a row. 5.
     * @param openFor How long nothing is read before the next attempt; it doubles with each one that fails. 1s.
     * @param maxOpenFor Longest time that nothing is read. 5s.
     * @param sameCauseThreshold For how many different aggregates in a row events are parked for the same cause; the next one stops reading
     *     instead. 0 parks them all. 10.
     */
    public record Breaker(
            @Nullable Boolean enabled,
            @Nullable Integer failureThreshold,
            @Nullable Duration openFor,
            @Nullable Duration maxOpenFor,
            @Nullable Integer sameCauseThreshold) {

        ErrorSettings.CircuitBreaker over(ErrorSettings.CircuitBreaker base) {
            return new ErrorSettings.CircuitBreaker(
                    Options.or(enabled, base.enabled()),
                    Options.or(failureThreshold, base.failureThreshold()),
                    Options.or(openFor, base.openFor()),
                    Options.or(maxOpenFor, base.maxOpenFor()),
                    Options.or(sameCauseThreshold, base.sameCauseThreshold()));
        }
    }
}
