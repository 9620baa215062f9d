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
     * @param batch How many messages are handled in one transaction, and for how long.
     * @param retry How often a message that cannot be handled is tried again.
     * @param deadLetter What becomes of a message that has failed for good.
     * @param redis What holds for streams of Redis alone.
     * @param retention How long it is remembered which messages were handled.
     * @param autoStartup Whether it is read from the start of the application on.
     */
    public record Feed(
            @Nullable String transport,
            @DefaultValue Set<String> topics,
            @Nullable String group,
            @DefaultValue Batch batch,
            @DefaultValue Retry retry,
            @DefaultValue DeadLetter deadLetter,
            @DefaultValue Redis redis,
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
            requireText("redis.consumer-name", redis.consumerName());
            requirePositive("redis.max-pending-time", redis.maxPendingTime());
            if (redis.timeout() != null) {
                requirePositive("redis.timeout", redis.timeout());
            }
            requirePositive("batch.timeout", batch.timeout());
            InboxConsumer.Settings unused = settings(retry.delay(), retry.maxRetries());
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

        InboxConsumer.Settings settings(Duration firstDelay, @Nullable Integer maxRetries) {
            return new InboxConsumer.Settings(
                    batch.size(), firstDelay, retry.maxDelay(), retention, deadLetter.sameCauseThreshold(), maxRetries);
        }
    }

    /**
     * How many messages are handled in one transaction, and for how long.
     *
     * @param size How many messages share a transaction at most.
     * @param timeout How long the handling of a batch may take.
     */
    public record Batch(@DefaultValue("100") int size, @DefaultValue("30s") Duration timeout) {}

    /**
     * How often a message that cannot be handled is tried again.
     *
     * @param maxRetries How often it is tried again before it is parked.
     * @param delay Pause after it has failed for the first time; doubles with each further failure.
     * @param maxDelay Longest pause.
     */
    public record Retry(
            @DefaultValue("5") int maxRetries,
            @DefaultValue("1s") Duration delay,
            @DefaultValue("30s") Duration maxDelay) {}

    /**
     * What becomes of a message that has failed for good.
     *
     * @param enabled Whether it is parked in the dead-letter queue; otherwise its partition or stream waits.
     * @param sameCauseThreshold For how many different keys in a row messages are parked for the same cause; the next one waits instead.
     *     0 parks them all.
     */
    public record DeadLetter(@DefaultValue("true") boolean enabled, @DefaultValue("10") int sameCauseThreshold) {}

    /**
     * What holds for streams of Redis alone.
     *
     * @param consumerName Name of this instance in a group, which no other has at the same time.
     * @param maxPendingTime After which time an instance takes over what another has begun and not finished.
     * @param timeout How long to wait for an answer.
     */
    public record Redis(
            @Nullable String consumerName, @DefaultValue("60s") Duration maxPendingTime, @Nullable Duration timeout) {}
}
