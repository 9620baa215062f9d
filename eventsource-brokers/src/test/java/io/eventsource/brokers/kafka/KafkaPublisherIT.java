package io.eventsource.brokers.kafka;

import io.eventsource.brokers.PublisherContract;
import io.eventsource.inbox.IncomingMessage;
import io.eventsource.outbox.MessageTransport;
import java.util.List;

class KafkaPublisherIT extends PublisherContract {

    private static final KafkaBroker broker = KafkaBroker.shared();

    @Override
    protected MessageTransport connect() {
        return KafkaTransport.start(KafkaTransportContractIT.impatient(broker.proxied()));
    }

    @Override
    protected String newTopic() {
        return broker.newTopic();
    }

    @Override
    protected List<IncomingMessage> messagesIn(String name) {
        return broker.recordsIn(name).stream().map(RecordReader::read).toList();
    }

    @Override
    protected int tooLong() {
        return KafkaBroker.MAX_MESSAGE_BYTES + 1;
    }

    @Override
    protected void cut() {
        broker.proxy().cut();
    }

    @Override
    protected void mend() {
        broker.proxy().mend();
    }
}
