package io.eventsource.brokers;

import io.eventsource.brokers.kafka.KafkaClients;
import io.eventsource.brokers.redis.RedisClients;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.inbox.InboxFeed;
import io.eventsource.outbox.MessageTransport;

/** How a process reaches a broker, whichever it is. Its clients give up soon and come back soon. */
public interface BrokerClients extends AutoCloseable {

    MessageTransport transport();

    /** A feed that has not started yet, in the group of the consumer's name. */
    InboxFeed feed(InboxConsumer consumer, String topic);

    @Override
    void close();

    static BrokerClients of(String address) {
        return address.startsWith("redis:") ? RedisClients.of(address) : new KafkaClients(address);
    }
}
