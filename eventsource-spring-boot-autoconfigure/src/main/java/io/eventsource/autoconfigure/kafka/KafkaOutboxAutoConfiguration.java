package io.eventsource.autoconfigure.kafka;

import io.eventsource.EventSourceException;
import io.eventsource.autoconfigure.outbox.OutboxAutoConfiguration;
import io.eventsource.autoconfigure.outbox.OutboxDestinations;
import io.eventsource.brokers.kafka.KafkaTransport;
import io.eventsource.outbox.MessageTransport;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/** Carries messages to Kafka where its client is present and a destination asks for it. */
@AutoConfiguration(after = OutboxAutoConfiguration.class)
@ConditionalOnClass(
        value = {KafkaTransport.class, ProducerConfig.class},
        name = "io.cloudevents.kafka.KafkaMessageFactory")
@ConditionalOnBean(OutboxDestinations.class)
@EnableConfigurationProperties(KafkaOutboxProperties.class)
public final class KafkaOutboxAutoConfiguration {

    /** The name by which destinations with the transport kafka find it. */
    private static final String BEAN = "eventsourceKafkaTransport";

    /** Creates the configuration. */
    public KafkaOutboxAutoConfiguration() {}

    @Bean(BEAN)
    @Lazy
    @ConditionalOnMissingBean(name = BEAN)
    MessageTransport eventsourceKafkaTransport(
            KafkaOutboxProperties properties, ObjectProvider<KafkaClientSettings> boot) {
        Map<String, Object> settings =
                new HashMap<>(boot.getIfAvailable(() -> Map::of).producer());
        settings.putAll(properties.kafka());
        if (!settings.containsKey(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG)) {
            throw new EventSourceException(
                    "Kafka's servers are not known. Set eventsource.outbox.kafka.bootstrap.servers, or add org.springframework.boot:spring-boot-kafka and set spring.kafka.bootstrap-servers.");
        }
        try {
            return KafkaTransport.start(settings);
        } catch (IllegalArgumentException invalid) {
            throw new EventSourceException(
                    "Messages cannot be sent to Kafka with these settings: %s Where spring.kafka.producer has it for other producers, set it anew in eventsource.outbox.kafka."
                            .formatted(invalid.getMessage()),
                    invalid);
        }
    }
}
