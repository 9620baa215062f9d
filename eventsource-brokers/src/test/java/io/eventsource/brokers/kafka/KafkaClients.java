package io.eventsource.brokers.kafka;

import io.eventsource.brokers.BrokerClients;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.inbox.InboxFeed;
import io.eventsource.outbox.MessageTransport;
import java.util.Map;
import java.util.Set;

/** Clients of Kafka. */
public record KafkaClients(String servers) implements BrokerClients {

    @Override
    public MessageTransport transport() {
        return KafkaTransport.start(KafkaTransportContractIT.impatient(servers));
    }

    @Override
    public InboxFeed feed(InboxConsumer consumer, String topic) {
        return new KafkaInboxFeed(
                consumer,
                Set.of(topic),
                Map.of(
                        "bootstrap.servers", servers,
                        "session.timeout.ms", "2000",
                        "heartbeat.interval.ms", "500",
                        "request.timeout.ms", "1000",
                        "reconnect.backoff.max.ms", "200",
                        "metadata.max.age.ms", "1000",
                        "max.poll.records", "7"),
                Thread::new);
    }

    /** Each transport and feed ends its own. */
    @Override
    public void close() {}
}
