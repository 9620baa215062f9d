package io.eventsource.autoconfigure.inbox;

import io.eventsource.inbox.InboxConsumer;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where projections are fed from that handle messages of other services.
 *
 * @param enabled Whether this instance reads feeds.
 * @param feeds What projections can be fed from, by the name that they choose in @Projection: transport, topics and how.
 */
@ConfigurationProperties("eventsource.inbox")
public record InboxProperties(@DefaultValue("true") boolean enabled, @DefaultValue Map<String, Feed> feeds) {

    static final String PREFIX = "eventsource.inbox.feeds.";

    /** Checks the bounds. */
    public InboxProperties {
        feeds = Collections.unmodifiableMap(new TreeMap<>(feeds));
        feeds.forEach((name, feed) -> {
            try {
                feed.check();
            } catch (IllegalArgumentException invalid) {
                // without a cause: Boot shows the message of the last one
                throw new IllegalArgumentException(PREFIX + name + "." + invalid.getMessage());
            }
        });
    }

    /**
     * What projections can be fed from.
     *
     * @param transport What brings the messages: kafka, redis, or what a FeedFactory bean names.
     * @param topics The topics of Kafka or streams of Redis.
     * @param group Name of this service among those that read the topics.
     * @param consumerName Name of this instance in a group of Redis, which no other has at the same time.
     * @param maxPendingTime After which time an instance takes over what another has begun in Redis and not finished.
     * @param timeout How long to wait for an answer of Redis.
     * @param batchSize How many messages share a transaction at most.
     * @param processingTimeout How long the handling of a batch may take.
     * @param maxRetries How often a message that cannot be handled is tried again before it is parked.
     * @param retryDelay Pause after a message has failed for the first time; doubles with each further failure.
     * @param maxRetryDelay Longest pause after a message has failed.
     * @param sameCauseThreshold For how many different keys in a row messages are parked for the same cause; the next one waits instead.
     *     0 parks them all.
     * @param continueOnError Whether a message that has failed for good is parked in the dead-letter queue; otherwise its partition or
     *     stream waits.
     * @param retention How long it is remembered which messages were handled.
     * @param autoStartup Whether it is read from the start of the application on.
     */
    public record Feed(
            @Nullable String transport,
            @DefaultValue Set<String> topics,
            @Nullable String group,
            @Nullable String consumerName,
            @DefaultValue("60s") Duration maxPendingTime,
            @Nullable Duration timeout,
            @DefaultValue("100") int batchSize,
            @DefaultValue("30s") Duration processingTimeout,
            @DefaultValue("5") int maxRetries,
            @DefaultValue("1s") Duration retryDelay,
            @DefaultValue("30s") Duration maxRetryDelay,
            @DefaultValue("10") int sameCauseThreshold,
            @DefaultValue("true") boolean continueOnError,
            @DefaultValue("14d") Duration retention,
            @DefaultValue("true") boolean autoStartup) {

        /** Copies the topics. */
        public Feed {
            topics = Collections.unmodifiableSet(new LinkedHashSet<>(topics));
        }

        private void check() {
            if (transport == null || transport.isBlank()) {
                throw new IllegalArgumentException(
                        "transport is missing. Set it to kafka, to redis, or to what a FeedFactory bean names.");
            }
            if (topics.isEmpty() || topics.stream().anyMatch(String::isBlank)) {
                throw new IllegalArgumentException(
                        "topics must name at least one topic of Kafka or stream of Redis, but it is " + topics);
            }
            requireText("group", group);
            requireText("consumer-name", consumerName);
            requirePositive("max-pending-time", maxPendingTime);
            requirePositive("processing-timeout", processingTimeout);
            if (timeout != null) {
                requirePositive("timeout", timeout);
            }
            if (maxRetries < 0 || maxRetries > 1_000) {
                throw new IllegalArgumentException("max-retries must be 0 to 1000, but it is " + maxRetries);
            }
            InboxConsumer.Settings unused = settings(retryDelay);
        }

        private static void requireText(String property, @Nullable String value) {
            if (value != null && value.isBlank()) {
                throw new IllegalArgumentException(property + " must not be blank");
            }
        }

        private static void requirePositive(String property, Duration value) {
            if (value.compareTo(Duration.ofMillis(1)) < 0) {
                throw new IllegalArgumentException("%s must be 1 ms or more, but it is %s".formatted(property, value));
            }
        }

        InboxConsumer.Settings settings(Duration firstDelay) {
            return new InboxConsumer.Settings(batchSize, firstDelay, maxRetryDelay, retention, sameCauseThreshold);
        }
    }
}
