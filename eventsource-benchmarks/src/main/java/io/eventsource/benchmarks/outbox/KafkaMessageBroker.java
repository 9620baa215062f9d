package io.eventsource.benchmarks.outbox;

import io.eventsource.benchmarks.OrderLineAdded;
import io.eventsource.brokers.kafka.KafkaTransport;
import io.eventsource.outbox.MessageTransport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** Kafka in this JVM, one broker. */
final class KafkaMessageBroker implements MessageBroker {

    private static final int UNDER_WAY = 10_000;

    private final EmbeddedKafkaBroker broker;

    private KafkaMessageBroker(EmbeddedKafkaBroker broker) {
        this.broker = broker;
    }

    static KafkaMessageBroker start() {
        EmbeddedKafkaBroker broker = new EmbeddedKafkaKraftBroker(1, 4, PlainMessages.TOPIC);
        broker.afterPropertiesSet();
        return new KafkaMessageBroker(broker);
    }

    @Override
    public MessageTransport transport() {
        return KafkaTransport.start(Map.of("bootstrap.servers", broker.getBrokersAsString()));
    }

    @Override
    public void sendPlainly(int messages) throws Exception {
        byte[] payload = OrderLineAdded.JSON.getBytes(StandardCharsets.UTF_8);
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.getBrokersAsString(), "acks", "all"),
                new StringSerializer(),
                new ByteArraySerializer())) {
            Queue<Future<RecordMetadata>> underWay = new ArrayDeque<>();
            for (int i = 0; i < messages; i++) {
                if (underWay.size() == UNDER_WAY) {
                    underWay.remove().get();
                }
                ProducerRecord<String, byte[]> record =
                        new ProducerRecord<>(PlainMessages.TOPIC, PlainMessages.key(i), payload);
                PlainMessages.attributes(i)
                        .forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
                underWay.add(producer.send(record));
            }
            producer.flush();
            for (Future<RecordMetadata> each : underWay) {
                each.get();
            }
        }
    }

    @Override
    public void close() {
        broker.destroy();
    }
}
