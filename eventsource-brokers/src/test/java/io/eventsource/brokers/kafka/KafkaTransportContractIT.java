package io.eventsource.brokers.kafka;

import io.eventsource.message.MessageContent;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.OutgoingMessage;
import io.eventsource.test.MessageTransportContract;
import java.util.List;
import java.util.Map;

class KafkaTransportContractIT extends MessageTransportContract {

    private static final KafkaBroker broker = KafkaBroker.shared();

    @Override
    protected MessageTransport connect() {
        return KafkaTransport.start(impatient(broker.proxied()));
    }

    static Map<String, Object> impatient(String servers) {
        return Map.of(
                "bootstrap.servers",
                servers,
                "delivery.timeout.ms",
                "2500",
                "request.timeout.ms",
                "2000",
                "max.block.ms",
                "2000",
                "reconnect.backoff.max.ms",
                "200");
    }

    @Override
    protected String newTopic() {
        return broker.newTopic();
    }

    @Override
    protected List<String> idsIn(String topic) {
        return broker.recordsIn(topic).stream()
                .map(record -> RecordReader.read(record).id())
                .toList();
    }

    @Override
    protected OutgoingMessage refusedForItsOwnSake(OutgoingMessage message) {
        return message.withContent(
                MessageContent.of("application/octet-stream", new byte[2 * KafkaBroker.MAX_MESSAGE_BYTES]));
    }

    @Override
    protected void cut() {
        broker.proxy().cut();
    }

    @Override
    protected void mend() {
        broker.proxy().mend();
    }

    @Override
    protected int connections() {
        return broker.proxy().connections();
    }

    @Override
    protected boolean isNotTheTransports(Thread thread) {
        return super.isNotTheTransports(thread) || !thread.getName().startsWith("kafka-producer");
    }
}
