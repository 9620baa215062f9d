package io.eventsource.autoconfigure.queues;

import io.eventsource.autoconfigure.inbox.FeedFactory;
import io.eventsource.autoconfigure.inbox.InboxProperties.Feed;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.inbox.InboxFeed;
import io.eventsource.outbox.MessageTransport;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The transport {@code queues}, out and in. */
@Configuration(proxyBeanMethods = false)
class QueueConfiguration {

    /** The name of the bean is the name of the transport in properties. */
    @Bean
    MessageTransport queues(QueueServer server) {
        return new QueueTransport(server.connect());
    }

    @Bean
    QueueFeeds queueFeeds(QueueServer server) {
        return new QueueFeeds(server.connect());
    }

    /** Makes a feed for each topic of a projection. */
    record QueueFeeds(QueueClient client) implements FeedFactory, AutoCloseable {

        @Override
        public String transport() {
            return "queues";
        }

        @Override
        public List<InboxFeed> feeds(Feed feed, String group, InboxConsumer consumer, ThreadFactory threads) {
            return feed.topics().stream()
                    .<InboxFeed>map(topic -> new QueueFeed(client, topic, group, consumer, threads))
                    .toList();
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
