package io.eventsource.autoconfigure;

import io.eventsource.aggregate.CommandRetries;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.AppendTiming;
import io.eventsource.store.EventStoreSettings;
import io.eventsource.store.SignalRelaySettings;
import io.eventsource.subscription.SubscriptionSettings;
import java.time.Duration;
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
 * @param subscriptions How projections read the log.
 */
@ConfigurationProperties("eventsource")
public record EventSourceProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("eventsource") String schema,
        @DefaultValue Migration migration,
        @DefaultValue Append append,
        @DefaultValue Commands commands,
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
     * How projections read the log.
     *
     * @param enabled Whether projections are driven by this instance.
     * @param batchSize How many events are handled in one transaction at most.
     * @param pollInterval How long a projection that has seen everything goes without looking when no signal arrives.
     * @param retryDelay Pause after a batch has failed; it doubles with each further failure.
     * @param maxRetryDelay Longest pause after a batch has failed.
     * @param drainTimeout How long a batch that is being handled may go on when the application stops.
     * @param wakeUp How commits of other instances are heard of.
     * @param notifyInterval How long after a notification to other instances the next one is sent at the earliest.
     * @param heartbeat How often the listening connection is tried out.
     * @param stallThreshold How long an open transaction may hold the head of the log before health is degraded.
     */
    public record Subscriptions(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("100") int batchSize,
            @DefaultValue("1s") Duration pollInterval,
            @DefaultValue("1s") Duration retryDelay,
            @DefaultValue("30s") Duration maxRetryDelay,
            @DefaultValue("10s") Duration drainTimeout,
            @DefaultValue("notify") WakeUp wakeUp,
            @DefaultValue("5ms") Duration notifyInterval,
            @DefaultValue("10s") Duration heartbeat,
            @DefaultValue("10s") Duration stallThreshold) {

        /** Checks the bounds. */
        public Subscriptions {
            new SubscriptionSettings(batchSize, pollInterval, retryDelay, maxRetryDelay);
            if (drainTimeout.isNegative()) {
                throw new IllegalArgumentException(
                        "eventsource.subscriptions.drain-timeout must not be negative, but it is " + drainTimeout);
            }
            new SignalRelaySettings(enabled, notifyInterval, heartbeat);
            if (stallThreshold.compareTo(Duration.ofSeconds(1)) < 0) {
                throw new IllegalArgumentException(
                        "eventsource.subscriptions.stall-threshold must be 1 s or more, but it is " + stallThreshold);
            }
        }

        SubscriptionSettings settings() {
            return new SubscriptionSettings(batchSize, pollInterval, retryDelay, maxRetryDelay);
        }

        SignalRelaySettings relaySettings() {
            return new SignalRelaySettings(enabled, notifyInterval, heartbeat);
        }
    }

    /** How commits of other instances are heard of. */
    public enum WakeUp {
        /** By notifications of PostgreSQL, over one connection that listens and one that sends. */
        NOTIFY,
        /** By polling alone, as behind PgBouncer in transaction mode. */
        POLL
    }
}
