package io.eventsource.autoconfigure.redis;

import io.eventsource.autoconfigure.inbox.FeedFactory;
import io.eventsource.autoconfigure.inbox.InboxProperties.Feed;
import io.eventsource.brokers.redis.RedisFeedSettings;
import io.eventsource.brokers.redis.RedisInboxFeed;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.inbox.InboxFeed;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Reads Redis through the application's own Lettuce client, on connections of its own. */
final class RedisFeedFactory implements FeedFactory {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final LettuceConnectionFactory connections;
    private final Duration timeout;

    /** Two processes of one name would take each other's messages for their own. */
    private final String consumerName = ManagementFactory.getRuntimeMXBean().getName() + "-" + UUID.randomUUID();

    RedisFeedFactory(LettuceConnectionFactory connections, @Nullable Duration timeout) {
        this.connections = connections;
        this.timeout = timeout == null ? TIMEOUT : timeout;
    }

    @Override
    public String transport() {
        return "redis";
    }

    @Override
    public List<InboxFeed> feeds(Feed feed, String group, InboxConsumer consumer, ThreadFactory threads) {
        RedisFeedSettings settings = new RedisFeedSettings(
                group,
                feed.redis().consumerName() == null
                        ? consumerName
                        : feed.redis().consumerName(),
                feed.redis().maxPendingTime(),
                feed.redis().timeout() == null ? timeout : feed.redis().timeout());
        return feed.topics().stream()
                .<InboxFeed>map(stream ->
                        new RedisInboxFeed(consumer, stream, connections::getRequiredNativeClient, settings, threads))
                .toList();
    }
}
