package io.eventsource.autoconfigure.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.inbox.InboxProperties.Feed;
import io.eventsource.autoconfigure.testing.Feeds;
import io.eventsource.autoconfigure.testing.Indicators;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.inbox.InboxFeed;
import io.eventsource.inbox.InboxPartition;
import io.eventsource.inbox.IncomingMessage;
import io.eventsource.message.MessageAttributes;
import io.eventsource.message.MessageContent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An application adds a transport of feeds by a bean. */
class OwnFeedIT {

    private final TestDatabase database = TestDatabase.migrated();

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    /** Reads messages from memory. */
    static final class MemoryFeeds implements FeedFactory {

        private final BlockingQueue<IncomingMessage> messages = new LinkedBlockingQueue<>();
        private volatile List<String> asked = List.of();

        @Override
        public String transport() {
            return "memory";
        }

        @Override
        public List<InboxFeed> feeds(Feed feed, String group, InboxConsumer consumer, ThreadFactory threads) {
            asked = List.of(String.join(",", feed.topics()), group);
            return List.of(new MemoryFeed(consumer, messages, threads));
        }
    }

    /** One partition. */
    private static final class MemoryFeed implements InboxFeed {

        private final InboxConsumer consumer;
        private final BlockingQueue<IncomingMessage> messages;
        private final ThreadFactory threads;
        private volatile boolean running;

        MemoryFeed(InboxConsumer consumer, BlockingQueue<IncomingMessage> messages, ThreadFactory threads) {
            this.consumer = consumer;
            this.messages = messages;
            this.threads = threads;
        }

        @Override
        public String name() {
            return consumer.name();
        }

        @Override
        public void start() {
            running = true;
            threads.newThread(this::read).start();
        }

        private void read() {
            InboxPartition partition = consumer.partition("memory");
            try {
                while (running) {
                    IncomingMessage message = messages.poll(10, TimeUnit.MILLISECONDS);
                    if (message != null && partition.handle(List.of(message)) == 1) {
                        partition.acknowledged();
                    }
                }
            } catch (InterruptedException ending) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public boolean stop(Duration timeout) {
            running = false;
            return true;
        }

        @Override
        public InboxFeed.Status status() {
            return new InboxFeed.Status(consumer.name(), running, null, 0, List.of());
        }
    }

    private static IncomingMessage message(long amount) {
        return new IncomingMessage(
                "memory",
                "1",
                "key",
                new MessageAttributes("id-" + amount, "/bank", "deposited", "key", Instant.now()),
                MessageContent.json("{\"amount\": %d}".formatted(amount)),
                Map.of("aggregatetype", "Account"));
    }

    @Test
    void a_bean_adds_a_transport_that_a_feed_can_name() {
        MemoryFeeds feeds = new MemoryFeeds();
        Runners.on(database)
                .withBean(FeedFactory.class, () -> feeds)
                .withBean(Feeds.Incoming.class)
                .withPropertyValues(Feeds.feed("memory"))
                .run(context -> {
                    feeds.messages.add(message(7));
                    feeds.messages.add(message(7));
                    feeds.messages.add(message(8));

                    await().untilAsserted(() -> assertThat(context.getBean(Feeds.Incoming.class).amounts)
                            .containsExactly(7L, 8L));
                    assertThat(feeds.asked).containsExactly("deposits", "test.incoming");
                    assertThat(Indicators.health(context, "eventsourceInbox").getDetails())
                            .containsKey("incoming");
                });
    }
}
