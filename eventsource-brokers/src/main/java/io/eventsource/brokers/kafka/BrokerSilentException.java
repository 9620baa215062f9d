package io.eventsource.brokers.kafka;

import io.eventsource.EventSourceException;
import java.io.Serial;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.errors.TimeoutException;

/** No broker has said anything about the topics of a feed: it is away, or a topic is missing or not allowed. The feed goes on trying. */
public final class BrokerSilentException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    BrokerSilentException(Set<String> topics, Map<String, Object> clientSettings, TimeoutException cause) {
        super(
                "No broker answers about the topics %s. Are the brokers at %s there, and the topics?"
                        .formatted(topics, clientSettings.get(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG)),
                cause);
    }
}
