package io.eventsource.autoconfigure.kafka;

import io.cloudevents.kafka.KafkaMessageFactory;
import io.eventsource.autoconfigure.inbox.InboxAutoConfiguration;
import io.eventsource.brokers.kafka.KafkaInboxFeed;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.core.ConsumerFactory;

/** Feeds from Kafka, with the settings of {@code spring.kafka}. */
@AutoConfiguration(after = KafkaAutoConfiguration.class, before = InboxAutoConfiguration.class)
@ConditionalOnClass({
    KafkaInboxFeed.class,
    KafkaMessageFactory.class,
    ConsumerFactory.class,
    KafkaAutoConfiguration.class
})
@ConditionalOnBean(ConsumerFactory.class)
public final class KafkaInboxAutoConfiguration {

    /** Creates the configuration. */
    public KafkaInboxAutoConfiguration() {}

    @Bean
    KafkaFeedFactory kafkaFeedFactory(ConsumerFactory<?, ?> consumers) {
        return new KafkaFeedFactory(consumers.getConfigurationProperties());
    }
}
