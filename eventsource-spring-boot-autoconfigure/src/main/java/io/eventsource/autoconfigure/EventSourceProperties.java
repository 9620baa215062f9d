package io.eventsource.autoconfigure;

import io.eventsource.aggregate.CommandRetries;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.AppendTiming;
import io.eventsource.store.EventStoreSettings;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
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
 * @param shutdown How the process ends.
 * @param deadLetters What becomes of events that could not be handled.
 * @param metadata How the metadata of HTTP requests reach events.
 * @param pool What Boot's connection pool gets for what spring.datasource.hikari does not say.
 * @param ssl How connections to the database are secured.
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
        @DefaultValue @NestedConfigurationProperty SnapshotProperties snapshots,
        @DefaultValue @NestedConfigurationProperty SubscriptionProperties subscriptions,
        @DefaultValue Shutdown shutdown,
        @DefaultValue @NestedConfigurationProperty DeadLetterProperties deadLetters,
        @DefaultValue Metadata metadata,
        @DefaultValue @NestedConfigurationProperty PoolProperties pool,
        @DefaultValue Ssl ssl,
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
     * How the process ends.
     *
     * @param exitZeroOnSigterm Whether the process exits with 0 in place of 143 when it has stopped in order after SIGTERM.
     */
    public record Shutdown(@DefaultValue("false") boolean exitZeroOnSigterm) {}

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
     * How connections to the database are secured.
     *
     * @param bundle Name of the SSL bundle by which Boot's connection pool, and what is opened beside it, connects to the database.
     */
    public record Ssl(@Nullable String bundle) {}

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
