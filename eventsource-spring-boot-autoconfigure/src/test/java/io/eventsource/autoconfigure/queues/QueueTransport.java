package io.eventsource.autoconfigure.queues;

import io.eventsource.outbox.KeyedPipeline;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.OutgoingMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Sends messages to queues. A topic is a queue. */
final class QueueTransport implements MessageTransport {

    private final QueueClient client;
    private final KeyedPipeline pipeline = new KeyedPipeline(
            this::sendOne, failure -> failure instanceof IllegalArgumentException, Duration.ofSeconds(30));

    QueueTransport(QueueClient client) {
        this.client = client;
    }

    @Override
    public List<SendOutcome> send(List<OutgoingMessage> messages) throws InterruptedException {
        if (client.isClosed()) {
            throw new IllegalStateException("The transport is closed");
        }
        return pipeline.send(messages);
    }

    private CompletionStage<?> sendOne(OutgoingMessage message) {
        Map<String, String> headers = new HashMap<>(message.headers());
        headers.put("ce_id", message.id());
        headers.put("ce_source", message.source());
        headers.put("ce_type", message.type());
        headers.put("ce_subject", message.subject());
        headers.put("ce_time", message.time().toString());
        headers.put("content-type", message.content().contentType());
        headers.put("key", message.key());
        return client.publish(message.topic(), headers, message.content().bytes());
    }

    @Override
    public void close() {
        client.close();
    }
}
