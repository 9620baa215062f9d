package io.eventsource.autoconfigure;

import io.eventsource.aggregate.CommandRetries;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.snapshot.SnapshotMode;
import io.eventsource.snapshot.SnapshotPolicy;
import io.eventsource.snapshot.SnapshotSettings;
import io.eventsource.store.AppendTiming;
import io.eventsource.store.EventStoreSettings;
import io.eventsource.subscription.SubscriptionSettings;
import java.time.Duration;
import java.util.Map;
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
 */
@ConfigurationProperties("eventsource")
public record EventSourceProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("eventsource") String schema,
        @DefaultValue Migration migration,
        @DefaultValue Append append,
        @DefaultValue Commands commands,
        @DefaultValue Snapshots snapshots,
        @DefaultValue Subscriptions subscriptions) {

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
     * @param batchSize How many events are handled in one transaction at most.
     * @param pollInterval How long a projection that has seen everything goes without looking when no signal arrives.
     * @param retryDelay Pause after a batch has failed; it doubles with each further failure.
     * @param maxRetryDelay Longest pause after a batch has failed.
     * @param drainTimeout How long a batch that is being handled may go on when the application stops.
     */
    public record Subscriptions(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("100") int batchSize,
            @DefaultValue("1s") Duration pollInterval,
            @DefaultValue("1s") Duration retryDelay,
            @DefaultValue("30s") Duration maxRetryDelay,
            @DefaultValue("10s") Duration drainTimeout) {

        /** Checks the bounds. */
        public Subscriptions {
            new SubscriptionSettings(batchSize, pollInterval, retryDelay, maxRetryDelay);
            if (drainTimeout.isNegative()) {
                throw new IllegalArgumentException(
                        "eventsource.subscriptions.drain-timeout must not be negative, but it is " + drainTimeout);
            }
        }

        SubscriptionSettings settings() {
            return new SubscriptionSettings(batchSize, pollInterval, retryDelay, maxRetryDelay);
        }
    }
}
