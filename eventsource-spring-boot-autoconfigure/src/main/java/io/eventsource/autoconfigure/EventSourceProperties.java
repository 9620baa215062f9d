package io.eventsource.autoconfigure;

import io.eventsource.schema.EventSourceSchema;
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
 * @param subscriptions How projections read the log.
 */
@ConfigurationProperties("eventsource")
public record EventSourceProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("eventsource") String schema,
        @DefaultValue Migration migration,
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
