package io.eventsource.brokers.kafka;

import io.eventsource.brokers.FaultsContract;
import io.eventsource.inbox.IncomingMessage;
import java.util.List;

class KafkaFaultsIT extends FaultsContract {

    private static final KafkaBroker broker = KafkaBroker.shared();

    @Override
    protected String address() {
        return broker.direct();
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
    protected void stopBroker() {
        broker.stop();
    }

    @Override
    protected void restartBroker() {
        broker.restart();
    }
}
