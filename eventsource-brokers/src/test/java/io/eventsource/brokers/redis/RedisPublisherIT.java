package io.eventsource.brokers.redis;

import io.eventsource.brokers.PublisherContract;
import io.eventsource.brokers.redis.RedisTransportSettings.WhenUnread;
import io.eventsource.inbox.IncomingMessage;
import io.eventsource.outbox.MessageTransport;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RedisPublisherIT extends PublisherContract {

    private static final int MAX_MESSAGE_BYTES = 10_000;

    private static RedisBroker broker;
    private static RedisClient client;

    @BeforeAll
    static void start() {
        broker = RedisBroker.start();
        client = broker.proxiedClient();
    }

    @AfterAll
    static void stop() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        broker.close();
    }

    @Override
    protected MessageTransport connect() {
        return new RedisTransport(
                client,
                new RedisTransportSettings(1_000_000, WhenUnread.HOLD, MAX_MESSAGE_BYTES, Duration.ofSeconds(2)));
    }

    @Override
    protected String newTopic() {
        return broker.newStream();
    }

    @Override
    protected List<IncomingMessage> messagesIn(String name) {
        return broker.entriesOf(name).stream()
                .map(entry -> RedisMessages.read(name, entry))
                .toList();
    }

    @Override
    protected int tooLong() {
        return MAX_MESSAGE_BYTES + 1;
    }

    @Override
    protected void cut() {
        broker.proxy().cut();
    }

    @Override
    protected void mend() {
        broker.proxy().mend();
    }
}
