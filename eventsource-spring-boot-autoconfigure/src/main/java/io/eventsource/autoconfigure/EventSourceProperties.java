package io.eventsource.autoconfigure;

import io.eventsource.aggregate.CommandRetries;
import io.eventsource.deadletter.AutomaticRetry;
import io.eventsource.deadletter.ParkingOrder;
import io.eventsource.deadletter.ReplaySettings;
import io.eventsource.error.CircuitBreakerSettings;
import io.eventsource.error.ErrorSettings;
import io.eventsource.projection.EventHandlers;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.snapshot.SnapshotMode;
import io.eventsource.snapshot.SnapshotPolicy;
import io.eventsource.snapshot.SnapshotSettings;
import io.eventsource.store.AppendTiming;
import io.eventsource.store.EventStoreSettings;
import io.eventsource.store.SignalRelaySettings;
import io.eventsource.subscription.CheckpointStrategy;
import io.eventsource.subscription.StartPosition;
import io.eventsource.subscription.StaticPartition;
import io.eventsource.subscription.SubscriptionFilter;
import io.eventsource.subscription.SubscriptionSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The library's configuration.
 *
 * @param enabled Whether the library configures anything at all.
 * @param schema Database schema that holds the library's tables, a lower-case SQL identifier.
 * @param migration How the library's tables are made.
 * @param append How events are appended.
 * @param commands How commands are repeated after a version conflict.
 * @param snapshots How snapshots of aggregates are taken.
 * @param subscriptions How projections read the log.
 * @param deadLetters What becomes of events that could not be handled.
 * @param metadata How the metadata of HTTP requests reach events.
 * @param pool What Boot's connection pool gets for what spring.datasource.hikari does not say.
 * @param observations What is observed, for metrics and traces.
 * @param schemaEvolution How stored events of other revisions are looked after.
 * @param verify Whether the application only decodes all stored events, logs which it cannot read, and ends with exit code 0
 *     or 1.
 */
@ConfigurationProperties("eventsource")
public record EventSourceProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("eventsource") String schema,
        @DefaultValue Migration migration,
        @DefaultValue Append append,
        @DefaultValue Commands commands,
        @DefaultValue Snapshots snapshots,
        @DefaultValue Subscriptions subscriptions,
        @DefaultValue DeadLetters deadLetters,
        @DefaultValue Metadata metadata,
        @DefaultValue Pool pool,
        @DefaultValue Observations observations,
        @DefaultValue SchemaEvolution schemaEvolution,
        @DefaultValue("false") boolean verify) {

    /** Checks the name of the schema. */
    public EventSourceProperties {
        new EventSourceSchema(schema);
    }

    /**
     * How the library's tables are made.
     *
     * @param enabled Whether the library's migrations run when the application starts, before the application's own.
     */
    public record Migration(@DefaultValue("true") boolean enabled) {}

    /**
     * How events are appended.
     *
     * @param timing When an append inside a transaction inserts its events.
     * @param tailTimeout How long a client may hang between a late insert and its commit before the server ends its
     *     session, so that it does not hold back the log.
     * @param coalescing Whether appends of concurrent callers outside a transaction share statements and commits.
     */
    public record Append(
            @DefaultValue("late") AppendTiming timing,
            @DefaultValue("10s") Duration tailTimeout,
            @DefaultValue("true") boolean coalescing) {

        /** Checks the bounds. */
        public Append {
            new EventStoreSettings(timing, tailTimeout, coalescing);
        }

        EventStoreSettings settings() {
            return new EventStoreSettings(timing, tailTimeout, coalescing);
        }
    }

    /**
     * How commands are repeated after a version conflict.
     *
     * @param maxRetries How often a command is repeated at most.
     * @param retryDelay Pause before the first repetition; it doubles with each further one.
     * @param maxRetryDelay Longest pause between repetitions.
     */
    public record Commands(
            @DefaultValue("10") int maxRetries,
            @DefaultValue("5ms") Duration retryDelay,
            @DefaultValue("250ms") Duration maxRetryDelay) {

        /** Checks the bounds. */
        public Commands {
            new CommandRetries(maxRetries, retryDelay, maxRetryDelay);
        }

        CommandRetries retries() {
            return new CommandRetries(maxRetries, retryDelay, maxRetryDelay);
        }
    }

    /**
     * How snapshots of aggregates are taken. Only aggregates that declare a version of their state have snapshots.
     *
     * @param enabled Whether aggregates are loaded from snapshots and snapshots are taken.
     * @param threshold After how many events since the last snapshot the next one is due.
     * @param mode Who takes a snapshot that is due.
     * @param queueCapacity How many background snapshots may wait; a further one is skipped and counted.
     * @param aggregates What is different for some aggregates, by the name of their type: enabled, threshold, mode.
     */
    public record Snapshots(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("100") int threshold,
            @DefaultValue("background") SnapshotMode mode,
            @DefaultValue("1000") int queueCapacity,
            @DefaultValue Map<String, AggregateSnapshots> aggregates) {

        /** Checks the bounds. */
        public Snapshots {
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

        @Nullable SnapshotSettings settings(String aggregateType, @Nullable SnapshotPolicy policy) {
            AggregateSnapshots own = aggregates.getOrDefault(aggregateType, AggregateSnapshots.LIKE_ALL);
            if (!(own.enabled() == null ? enabled : own.enabled())) {
                return null;
            }
            int events = own.threshold() == null ? threshold : own.threshold();
            return new SnapshotSettings(
                    own.mode() == null ? mode : own.mode(),
                    policy == null || own.threshold() != null ? SnapshotPolicy.every(events) : policy);
        }
    }

    /** How commits of other instances are heard of. */
    public enum WakeUp {
        /** By notifications of PostgreSQL, over one connection that listens and one that sends. */
        NOTIFY,
        /** By polling alone, as behind PgBouncer in transaction mode. */
        POLL
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

    /**
     * How projections read the log.
     *
     * @param enabled Whether projections are driven by this instance.
     * @param preset Sizes and times that belong together, for what is not set itself.
     * @param pollInterval How long the log goes unlooked at when no signal arrives. 1s, with the preset high-throughput 500ms.
     * @param drainTimeout How long a batch that is being handled may go on when the application stops.
     * @param shutdownTimeout How long stopping the subscriptions may take altogether.
     * @param wakeUp How commits of other instances are heard of.
     * @param notifyInterval How long after a notification to other instances the next one is sent at the earliest.
     * @param heartbeat How often the listening connection is tried out.
     * @param stallThreshold How long an open transaction may hold the head of the log before health is degraded.
     * @param leaseDuration How long other instances leave its segments to an instance that they do not hear of any more.
     * @param autoStartup Whether subscriptions are started with the application.
     * @param include Subscriptions that this instance starts. All.
     * @param exclude Subscriptions that this instance does not start.
     * @param partitionId Number of this instance, from 0, where segments are assigned by number and not shared out.
     * @param numPartitions How many instances there are, where segments are assigned by number.
     * @param defaults How all subscriptions read and handle.
     * @param named What differs for single subscriptions, by their names.
     */
    public record Subscriptions(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("standard") Preset preset,
            @Nullable Duration pollInterval,
            @DefaultValue("10s") Duration drainTimeout,
            @DefaultValue("30s") Duration shutdownTimeout,
            @DefaultValue("notify") WakeUp wakeUp,
            @DefaultValue("5ms") Duration notifyInterval,
            @DefaultValue("10s") Duration heartbeat,
            @DefaultValue("10s") Duration stallThreshold,
            @DefaultValue("30s") Duration leaseDuration,
            @DefaultValue("true") boolean autoStartup,
            @DefaultValue Set<String> include,
            @DefaultValue Set<String> exclude,
            @Nullable Integer partitionId,
            @Nullable Integer numPartitions,
            @DefaultValue Options defaults,
            @DefaultValue Map<String, Options> named) {

        private static final String PREFIX = "eventsource.subscriptions.";

        /** Checks the bounds. */
        public Subscriptions {
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
            new SignalRelaySettings(enabled, notifyInterval, heartbeat);
            if (stallThreshold.compareTo(Duration.ofSeconds(1)) < 0) {
                throw new IllegalArgumentException(
                        "eventsource.subscriptions.stall-threshold must be 1 s or more, but it is " + stallThreshold);
            }
            if (leaseDuration.compareTo(Duration.ofMillis(100)) < 0) {
                throw new IllegalArgumentException(
                        PREFIX + "lease-duration must be 100 ms or more, but it is " + leaseDuration);
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
            return SubscriptionSettings.defaults()
                    .withBatchSize(preset.batchSize)
                    .withSegments(partition == null ? 1 : partition.count());
        }

        private static void requireSegments(
                String prefix, SubscriptionSettings settings, @Nullable StaticPartition partition) {
            if (partition != null && settings.segments() < partition.count()) {
                throw new IllegalArgumentException(
                        "%ssegments must not be below %snum-partitions, or some instance would have none, but they are %d and %d"
                                .formatted(prefix, PREFIX, settings.segments(), partition.count()));
            }
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

        SignalRelaySettings relaySettings() {
            return new SignalRelaySettings(enabled, notifyInterval, heartbeat);
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

    /**
     * How a subscription reads and handles, as far as it is said.
     *
     * @param batchSize How many events are handled in one transaction at first. 100, with the preset high-throughput 500.
     * @param maxInFlight How many events may be read and not yet handled. 1000.
     * @param backpressureThreshold Part of max-in-flight from which on nothing further is read ahead. 0.8.
     * @param linger How long a subscription that keeps up with the log waits at least from one batch to the next. 5ms.
     * @param processingTimeout How long the handling of a batch may take. 30s.
     * @param checkpointStrategy When the checkpoint is written. every-batch.
     * @param checkpointInterval How often the checkpoint is written with the strategy periodic. 5s.
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
                new Breaker(null, null, null, null),
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
                int size = or(batchSize, base.batchSize());
                return new SubscriptionSettings(
                        size,
                        maxInFlight == null ? Math.max(size, base.maxInFlight()) : maxInFlight,
                        or(backpressureThreshold, base.backpressureThreshold()),
                        or(linger, base.linger()),
                        or(processingTimeout, base.processingTimeout()),
                        or(checkpointStrategy, base.checkpointStrategy()),
                        or(checkpointInterval, base.checkpointInterval()),
                        startFrom == null ? base.startFrom() : startPosition(startFrom),
                        new SubscriptionFilter(
                                eventTypes.isEmpty() ? filter.eventTypes() : eventTypes,
                                aggregateTypes.isEmpty() ? filter.aggregateTypes() : aggregateTypes,
                                tenant == null ? filter.tenantId() : tenant),
                        errors(base.errors()),
                        or(deadLetterOrder, base.deadLetterOrder()),
                        or(segments, base.segments()),
                        or(concurrency, base.concurrency()));
            } catch (IllegalArgumentException invalid) {
                throw new IllegalArgumentException(prefix + invalid.getMessage(), invalid);
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
     * @param maxOpenFor Longest time that nothing is read. 30s.
     */
    public record Breaker(
            @Nullable Boolean enabled,
            @Nullable Integer failureThreshold,
            @Nullable Duration openFor,
            @Nullable Duration maxOpenFor) {

        CircuitBreakerSettings over(CircuitBreakerSettings base) {
            return new CircuitBreakerSettings(
                    Options.or(enabled, base.enabled()),
                    Options.or(failureThreshold, base.failureThreshold()),
                    Options.or(openFor, base.openFor()),
                    Options.or(maxOpenFor, base.maxOpenFor()));
        }
    }

    /**
     * What becomes of events that could not be handled.
     *
     * @param replayInterval How often an instance looks for dead letters of its subscriptions that are due to be handled again.
     * @param replayLimit How many dead letters are handled again at most each time.
     * @param perSecond How many dead letters one replay handles at most in a second.
     * @param automaticRetry When dead letters that failed are handled again by themselves.
     * @param retention For how long closed dead letters are kept. 0 for ever.
     * @param degradedThreshold How many dead letters may not be open for health to be UP; from so many on it is DEGRADED.
     * @param downThreshold From how many open dead letters on health is DOWN. 0 for never.
     */
    public record DeadLetters(
            @DefaultValue("5s") Duration replayInterval,
            @DefaultValue("100") int replayLimit,
            @DefaultValue("100") int perSecond,
            @DefaultValue Automatic automaticRetry,
            @DefaultValue("30d") Duration retention,
            @DefaultValue("10") int degradedThreshold,
            @DefaultValue("100") int downThreshold) {

        private static final String PREFIX = "eventsource.dead-letters.";
        private static final Duration LONGEST_INTERVAL = Duration.ofDays(1);
        private static final Duration LONGEST_RETENTION = Duration.ofDays(36_500);

        /** Checks the bounds. */
        public DeadLetters {
            require(
                    replayInterval.compareTo(Duration.ofMillis(10)) >= 0
                            && replayInterval.compareTo(LONGEST_INTERVAL) <= 0,
                    "replay-interval must be 10 ms to 1 day, but it is " + replayInterval);
            require(
                    replayLimit >= 1 && replayLimit <= 10_000,
                    "replay-limit must be 1 to 10000, but it is " + replayLimit);
            require(
                    !retention.isNegative() && retention.compareTo(LONGEST_RETENTION) <= 0,
                    "retention must be 0 to 36500 days, but it is " + retention);
            require(degradedThreshold >= 1, "degraded-threshold must be 1 or more, but it is " + degradedThreshold);
            require(
                    downThreshold == 0 || downThreshold >= degradedThreshold,
                    "down-threshold must be 0 or not below degraded-threshold, but they are %d and %d"
                            .formatted(downThreshold, degradedThreshold));
            prefixed(PREFIX + "automatic-retry.", automaticRetry::settings);
            ReplaySettings unused = prefixed(PREFIX, () -> new ReplaySettings(perSecond, AutomaticRetry.OFF));
        }

        private static void require(boolean condition, String message) {
            if (!condition) {
                throw new IllegalArgumentException(PREFIX + message);
            }
        }

        private static <T> T prefixed(String prefix, Supplier<T> settings) {
            try {
                return settings.get();
            } catch (IllegalArgumentException invalid) {
                throw new IllegalArgumentException(prefix + invalid.getMessage(), invalid);
            }
        }

        ReplaySettings replaySettings() {
            return new ReplaySettings(perSecond, automaticRetry.settings());
        }
    }

    /**
     * When dead letters that failed are handled again by themselves.
     *
     * @param maxReplays How often at most, once the event is parked. 0 for never.
     * @param firstDelay Pause after the event was parked.
     * @param multiplier By how much each further pause is longer.
     * @param maxDelay Longest pause.
     */
    public record Automatic(
            @DefaultValue("0") int maxReplays,
            @DefaultValue("1m") Duration firstDelay,
            @DefaultValue("2") double multiplier,
            @DefaultValue("1h") Duration maxDelay) {

        AutomaticRetry settings() {
            return new AutomaticRetry(maxReplays, firstDelay, multiplier, maxDelay);
        }
    }

    /**
     * How the metadata of HTTP requests reach events.
     *
     * @param enabled Whether events inherit tenant, actor and correlation from the HTTP request that causes them, also in
     *     tasks that it gives to Spring's task executors.
     * @param correlationHeader Header that carries the correlation id of a request, and of its answer.
     */
    public record Metadata(
            @DefaultValue("true") boolean enabled, @DefaultValue("X-Correlation-Id") String correlationHeader) {

        /** What may name a header, by RFC 9110, and no longer than anybody needs. */
        private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");

        /** Checks the name of the header. */
        public Metadata {
            if (!HEADER.matcher(correlationHeader).matches()) {
                throw new IllegalArgumentException(
                        "eventsource.metadata.correlation-header must be the name of an HTTP header of 1 to 100 characters, but it is '%s'"
                                .formatted(correlationHeader));
            }
        }
    }

    /**
     * What Boot's connection pool gets for what spring.datasource.hikari does not say.
     *
     * @param enabled Whether the pool gets anything from here.
     * @param preset Sizes that belong together, for those that are not set themselves.
     * @param size How many connections are kept open. 10, with the preset light 3, with heavy 20.
     * @param overflow How many more are opened when all are busy. 15, with the preset light 5, with heavy 30.
     * @param connectionTimeout How long a caller waits for a connection.
     * @param maxLifetime How old a connection gets before it is replaced. 0 for any age.
     * @param idleTimeout How long a connection beyond the size may be idle before it is closed. 0 for ever.
     * @param statementTimeout How long a statement may run before the server cancels it. 0 for as long as it takes.
     * @param applicationName What the server shows as the connections' application.
     * @param instances How many instances of the application run at the same time, at most.
     * @param saturationThreshold Part of the connections in use from which on health is degraded.
     */
    public record Pool(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("medium") PoolPreset preset,
            @Nullable Integer size,
            @Nullable Integer overflow,
            @DefaultValue("30s") Duration connectionTimeout,
            @DefaultValue("30m") Duration maxLifetime,
            @DefaultValue("10m") Duration idleTimeout,
            @DefaultValue("30s") Duration statementTimeout,
            @Nullable String applicationName,
            @DefaultValue("1") int instances,
            @DefaultValue("0.8") double saturationThreshold) {

        /** Checks the bounds, where the pool would silently take something else. */
        public Pool {
            PoolBounds.count("size", size, 1);
            PoolBounds.count("overflow", overflow, 0);
            PoolBounds.count("instances", instances, 1);
            PoolBounds.time("connection-timeout", connectionTimeout, Duration.ofMillis(250));
            PoolBounds.timeOrNone("max-lifetime", maxLifetime, Duration.ofSeconds(30));
            PoolBounds.timeOrNone("idle-timeout", idleTimeout, Duration.ofSeconds(10));
            PoolBounds.timeOrNone("statement-timeout", statementTimeout, Duration.ofMillis(1));
            PoolBounds.name("application-name", applicationName);
            PoolBounds.part("saturation-threshold", saturationThreshold);
        }

        /** How many connections are kept open. */
        int minimum() {
            return size == null ? preset.size : size;
        }

        /** How many there may be. */
        int maximum() {
            return minimum() + (overflow == null ? preset.overflow : overflow);
        }
    }

    /** Sizes of a pool that belong together. */
    public enum PoolPreset {
        /** 3 connections and 5 more when these are busy: few requests, few projections. */
        LIGHT(3, 5),
        /** 10 connections and 15 more. */
        MEDIUM(10, 15),
        /** 20 connections and 30 more: many requests at the same time, many projections. */
        HEAVY(20, 30);

        private final int size;
        private final int overflow;

        PoolPreset(int size, int overflow) {
            this.size = size;
            this.overflow = overflow;
        }
    }

    /**
     * What is observed. Observations give metrics and, with a tracer, spans.
     *
     * @param append Whether appends are observed, and the events they store remember the trace.
     * @param load Whether reading a stream is observed.
     * @param handle Whether calls of handlers are observed, with links to the traces that their events come from.
     * @param snapshot Whether storing a snapshot is observed.
     * @param logContext Whether what is logged while a handler runs carries in its MDC which event is handled.
     */
    public record Observations(
            @DefaultValue("true") boolean append,
            @DefaultValue("true") boolean load,
            @DefaultValue("true") boolean handle,
            @DefaultValue("true") boolean snapshot,
            @DefaultValue("true") boolean logContext) {}

    /**
     * How stored events of other revisions are looked after.
     *
     * @param report How much of the store is looked at after the start to report types and revisions that cannot be read.
     */
    public record SchemaEvolution(@DefaultValue("sampled") ReportScope report) {}

    /** How much of the store is looked at. */
    public enum ReportScope {
        /** Nothing. */
        OFF,
        /** A sample of bounded size; all of a small store. */
        SAMPLED,
        /** All events. */
        FULL
    }
}
