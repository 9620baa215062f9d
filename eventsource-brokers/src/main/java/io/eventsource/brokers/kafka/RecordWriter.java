package io.eventsource.brokers.kafka;

import io.cloudevents.SpecVersion;
import io.cloudevents.core.data.BytesCloudEventData;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.cloudevents.rw.CloudEventContextWriter;
import io.cloudevents.rw.CloudEventRWException;
import io.cloudevents.rw.CloudEventWriter;
import io.eventsource.message.MessageHeaders;
import io.eventsource.outbox.OutgoingMessage;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Messages as Kafka records: the Kafka protocol binding of CloudEvents 1.0 in binary mode. What CloudEvents cannot carry becomes a plain
 * header, and so does the trace, once more. Thread-safe.
 */
final class RecordWriter {

    /** The last that was found to be a URI: most often all messages of a producer have the same. */
    private volatile String knownSource = "";

    /**
     * Writes a message. The record has no timestamp: retention removes by it, and an old event has only just been sent.
     *
     * @param message the message
     * @return its record
     * @throws UnwritableMessageException when it is no CloudEvent
     */
    ProducerRecord<String, byte[]> write(OutgoingMessage message) {
        try {
            CloudEventWriter<ProducerRecord<String, byte[]>> event = KafkaMessageFactory.<String>createWriter(
                            message.topic(), message.key())
                    .create(SpecVersion.V1);
            writeAttributes(message, event);
            for (Map.Entry<String, String> header : message.headers().entrySet()) {
                if (MessageHeaders.isExtension(header.getKey())) {
                    event.withContextAttribute(header.getKey(), header.getValue());
                }
            }
            ProducerRecord<String, byte[]> record =
                    event.end(BytesCloudEventData.wrap(message.content().bytes()));
            message.headers().forEach((name, value) -> {
                if (!MessageHeaders.isExtension(name) || MessageHeaders.isTrace(name)) {
                    record.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
                }
            });
            return record;
        } catch (IllegalArgumentException | CloudEventRWException failure) {
            throw new UnwritableMessageException(message, failure);
        }
    }

    private void writeAttributes(OutgoingMessage message, CloudEventContextWriter event) {
        event.withContextAttribute("id", message.id());
        event.withContextAttribute("source", requireUri(message.source()));
        event.withContextAttribute("type", message.type());
        event.withContextAttribute("time", message.time().toString());
        event.withContextAttribute("datacontenttype", message.content().contentType());
        if (!message.subject().isEmpty()) {
            event.withContextAttribute("subject", message.subject());
        }
    }

    private String requireUri(String source) {
        if (!source.equals(knownSource)) {
            URI.create(source);
            knownSource = source;
        }
        return source;
    }
}
