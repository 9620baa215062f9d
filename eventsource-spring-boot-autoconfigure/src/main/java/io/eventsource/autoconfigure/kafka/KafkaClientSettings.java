package io.eventsource.autoconfigure.kafka;

import java.util.Map;

/** What Boot knows of Kafka's clients. */
interface KafkaClientSettings {

    /** Settings of a producer by Kafka's own names. */
    Map<String, Object> producer();
}
