package io.eventsource.autoconfigure.outbox;

import io.eventsource.subscription.StartPosition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How events leave the application.
 *
 * @param enabled Whether this instance publishes events to destinations.
 * @param mode Where what leaves stands until it is sent.
 * @param transport What carries the messages of destinations that name nothing: kafka, redis, spring, relay, or the name of a MessageTransport bean.
 * @param source Who sends, as a URI reference, for destinations that say nothing else. The application's name behind a slash.
 * @param destinations Which events leave for where, by the destinations' names.
 * @param table How the rows of the mode table are looked after.
 * @param statisticsInterval How often it is looked how far destinations are, for meters.
 */
@ConfigurationProperties("eventsource.outbox")
public record OutboxProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("log") Mode mode,
        @Nullable String transport,
        @Nullable String source,
        @DefaultValue Map<String, DestinationOptions> destinations,
        @DefaultValue TableOptions table,
        @DefaultValue("10s") Duration statisticsInterval) {

    static final String PREFIX = "eventsource.outbox.";

    /** Copies the maps. */
    public OutboxProperties {
        destinations = Map.copyOf(destinations);
        destinations.forEach((name, options) -> options.requireValid(property(name)));
        require(
                statisticsInterval.compareTo(Duration.ofMillis(100)) >= 0
                        && statisticsInterval.compareTo(Duration.ofHours(1)) <= 0,
                "statistics-interval must be 100 ms to 1 hour, but it is " + statisticsInterval);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(PREFIX + message);
        }
    }

    /** What the properties of a destination begin with. */
    static String property(String destination) {
        return PREFIX + "destinations." + destination + ".";
    }

    /**
     * One destination, as far as it is said.
     *
     * @param transport What carries its messages.
     * @param source Who sends, as a URI reference.
     * @param topic Topic or stream of events that name none. The destination's name.
     * @param events Which events leave, by their names, each with what else is said of it.
     * @param headers Which metadata leave with them, in place of the usual ones.
     * @param startFrom Where it begins when it is new, as for subscriptions.
     */
    public record DestinationOptions(
            @Nullable String transport,
            @Nullable String source,
            @Nullable String topic,
            @DefaultValue List<EventOptions> events,
            @Nullable Set<String> headers,
            @Nullable String startFrom) {

        /** Nothing is said. */
        static final DestinationOptions NONE = new DestinationOptions(null, null, null, List.of(), null, null);

        /** Copies the list. */
        public DestinationOptions {
            events = List.copyOf(events);
        }

        private void requireValid(String property) {
            prefixed(property + "start-from ", this::startPosition);
        }

        @Nullable StartPosition startPosition() {
            return startFrom == null ? null : StartPosition.parse(startFrom);
        }
    }

    /**
     * How events of one type leave. A name alone stands for events that leave as they are stored.
     *
     * @param type The type's name in the store.
     * @param as The name that receivers know.
     * @param version The version of the payload that receivers know; with it, older events leave in today's shape.
     * @param topic Topic or stream.
     * @param key What messages keep their order within.
     */
    public record EventOptions(
            String type, @Nullable String as, @Nullable Integer version, @Nullable String topic, @Nullable String key) {

        /**
         * Events that leave as they are stored.
         *
         * @param type the type's name in the store
         * @return the options
         */
        public static EventOptions valueOf(String type) {
            return new EventOptions(type, null, null, null, null);
        }
    }

    /** Where what leaves stands until it is sent. */
    public enum Mode {
        /** In the log alone. */
        LOG,
        /** In the log, and in a row of event_outbox for each event and destination, for relays that read a table. */
        TABLE
    }

    /**
     * How the rows of the mode table are looked after.
     *
     * @param retention For how long rows of published events are kept. 0 for ever.
     * @param markInterval How often rows of destinations that this application serves itself are marked by what has become of them.
     */
    public record TableOptions(@DefaultValue("7d") Duration retention, @DefaultValue("1s") Duration markInterval) {

        /** Checks the bounds. */
        public TableOptions {
            require(
                    !retention.isNegative() && retention.compareTo(Duration.ofDays(36_500)) <= 0,
                    "table.retention must be 0 to 36500 days, but it is " + retention);
            require(
                    markInterval.compareTo(Duration.ofMillis(10)) >= 0
                            && markInterval.compareTo(Duration.ofHours(1)) <= 0,
                    "table.mark-interval must be 10 ms to 1 hour, but it is " + markInterval);
        }
    }

    private static void prefixed(String prefix, Runnable check) {
        try {
            check.run();
        } catch (IllegalArgumentException invalid) {
            throw new IllegalArgumentException(prefix + invalid.getMessage(), invalid);
        }
    }
}
