package io.eventsource.autoconfigure.kafka;

import io.eventsource.autoconfigure.inbox.FeedFactory;
import io.eventsource.autoconfigure.inbox.InboxProperties.Feed;
import io.eventsource.brokers.kafka.KafkaInboxFeed;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.inbox.InboxFeed;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/** Reads Kafka as the application's own listeners do, but for what decides when a message counts as read. */
final class KafkaFeedFactory implements FeedFactory {

    /** What spring.kafka.consumer.* says for the application's own listeners alone. */
    private static final Set<String> OWN = Set.of(
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG);

    private final Map<String, Object> clientSettings;

    KafkaFeedFactory(Map<String, Object> clientSettings) {
        this.clientSettings = clientSettings;
    }

    @Override
    public String transport() {
        return "kafka";
    }

    @Override
    public List<InboxFeed> feeds(Feed feed, String group, InboxConsumer consumer, ThreadFactory threads) {
        Map<String, Object> settings = new HashMap<>(clientSettings);
        OWN.forEach(settings::remove);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        return List.of(new KafkaInboxFeed(consumer, feed.topics(), settings, threads));
    }
}
