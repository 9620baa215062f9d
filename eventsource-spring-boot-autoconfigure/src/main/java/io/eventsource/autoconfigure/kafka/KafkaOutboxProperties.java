package io.eventsource.autoconfigure.kafka;

import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How events leave for Kafka.
 *
 * @param kafka Settings of the Kafka producer by Kafka's own names, over those of spring.kafka.
 */
@ConfigurationProperties("eventsource.outbox")
public record KafkaOutboxProperties(@DefaultValue Map<String, String> kafka) {

    /** Copies the map. */
    public KafkaOutboxProperties {
        kafka = Map.copyOf(kafka);
    }
}
