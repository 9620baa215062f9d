package io.eventsource.brokers.redis;

import io.eventsource.brokers.BrokerClients;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.inbox.InboxFeed;
import io.eventsource.outbox.MessageTransport;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import java.time.Duration;

/** What uses one client of Redis. */
public record RedisClients(RedisClient client) implements BrokerClients {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    public static RedisClients of(String address) {
        RedisURI uri = RedisURI.create(address);
        uri.setTimeout(TIMEOUT);
        RedisClient client = RedisClient.create(uri);
        client.setOptions(ClientOptions.builder()
                .socketOptions(SocketOptions.builder().connectTimeout(TIMEOUT).build())
                .build());
        return new RedisClients(client);
    }

    @Override
    public MessageTransport transport() {
        RedisTransportSettings defaults = RedisTransportSettings.defaults();
        return new RedisTransport(
                client,
                new RedisTransportSettings(
                        defaults.maxLength(), defaults.whenUnread(), defaults.maxMessageBytes(), TIMEOUT));
    }

    /** Under a name of the process' own, so that what one has begun that was killed is taken over by another. */
    @Override
    public InboxFeed feed(InboxConsumer consumer, String topic) {
        return new RedisInboxFeed(
                consumer,
                topic,
                () -> client,
                new RedisFeedSettings(
                        consumer.name(), "pid-" + ProcessHandle.current().pid(), Duration.ofMillis(500), TIMEOUT),
                Thread::new);
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
    }
}
