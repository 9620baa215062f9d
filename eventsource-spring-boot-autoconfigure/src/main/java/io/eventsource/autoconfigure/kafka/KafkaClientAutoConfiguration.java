package io.eventsource.autoconfigure.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.core.ProducerFactory;

/** Takes over what Boot has made of {@code spring.kafka.*}: servers, security, and whatever customizes producers. */
@AutoConfiguration(after = KafkaAutoConfiguration.class, before = KafkaOutboxAutoConfiguration.class)
@ConditionalOnClass({ProducerFactory.class, KafkaAutoConfiguration.class})
@ConditionalOnSingleCandidate(ProducerFactory.class)
public final class KafkaClientAutoConfiguration {

    /** Creates the configuration. */
    public KafkaClientAutoConfiguration() {}

    @Bean
    KafkaClientSettings eventsourceKafkaClientSettings(ProducerFactory<?, ?> factory) {
        return () -> {
            Map<String, Object> settings = new HashMap<>(factory.getConfigurationProperties());
            // those are for the application's own messages
            settings.remove(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG);
            settings.remove(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG);
            settings.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
            return settings;
        };
    }
}
