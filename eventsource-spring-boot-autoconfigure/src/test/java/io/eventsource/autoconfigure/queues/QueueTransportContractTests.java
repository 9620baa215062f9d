package io.eventsource.autoconfigure.queues;

import io.eventsource.message.MessageContent;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.OutgoingMessage;
import io.eventsource.test.MessageTransportContract;
import java.util.List;
import java.util.UUID;

class QueueTransportContractTests extends MessageTransportContract {

    private final QueueServer server = new QueueServer();

    @Override
    protected MessageTransport connect() {
        return new QueueTransport(server.connect());
    }

    @Override
    protected String newTopic() {
        return UUID.randomUUID().toString();
    }

    @Override
    protected List<String> idsIn(String topic) {
        return server.all(topic).stream()
                .map(message -> message.headers().get("ce_id"))
                .toList();
    }

    @Override
    protected OutgoingMessage refusedForItsOwnSake(OutgoingMessage message) {
        return message.withContent(MessageContent.of("text/plain", new byte[QueueClient.LARGEST + 1]));
    }

    @Override
    protected void cut() {
        server.away(true);
    }

    @Override
    protected void mend() {
        server.away(false);
    }

    @Override
    protected int connections() {
        return server.connections();
    }
}
