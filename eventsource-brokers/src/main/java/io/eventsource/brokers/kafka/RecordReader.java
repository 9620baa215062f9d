package io.eventsource.brokers.kafka;

import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.core.message.MessageReader;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.cloudevents.rw.CloudEventRWException;
import io.eventsource.inbox.IncomingMessage;
import io.eventsource.message.MessageAttributes;
import io.eventsource.message.MessageContent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Kafka records as messages: the Kafka protocol binding of CloudEvents 1.0 in both modes, and records that are no CloudEvents. */
final class RecordReader {

    private static final String ATTRIBUTE_PREFIX = "ce_";
    private static final String CONTENT_TYPE = "content-type";

    private RecordReader() {}

    static IncomingMessage read(ConsumerRecord<String, byte[]> record) {
        Map<String, String> headers = plainHeaders(record);
        @Nullable CloudEvent event = cloudEvent(record);
        if (event == null) {
            return message(record, "", "", "", "", instantOf(record), MessageContent.of("", valueOf(record)), headers);
        }
        event.getExtensionNames().forEach(name -> headers.put(name, String.valueOf(event.getExtension(name))));
        CloudEventData data = event.getData();
        OffsetDateTime time = event.getTime();
        return message(
                record,
                event.getId(),
                event.getSource().toString(),
                event.getType(),
                Objects.requireNonNullElse(event.getSubject(), ""),
                time == null ? instantOf(record) : time.toInstant(),
                MessageContent.of(
                        Objects.requireNonNullElse(event.getDataContentType(), MessageContent.JSON),
                        data == null ? new byte[0] : data.toBytes()),
                headers);
    }

    /** Null when the record is no CloudEvent. */
    private static @Nullable CloudEvent cloudEvent(ConsumerRecord<String, byte[]> record) {
        try {
            MessageReader reader = KafkaMessageFactory.createReader(record);
            return reader.toEvent();
        } catch (CloudEventRWException | IllegalArgumentException | IllegalStateException none) {
            return null;
        }
    }

    private static IncomingMessage message(
            ConsumerRecord<String, byte[]> record,
            String id,
            String source,
            String type,
            String subject,
            Instant time,
            MessageContent content,
            Map<String, String> headers) {
        String partition = record.topic() + "-" + record.partition();
        String key = record.key() == null ? partition : record.key();
        return new IncomingMessage(
                partition,
                Long.toString(record.offset()),
                key,
                new MessageAttributes(id, source, type, subject, time),
                content,
                headers);
    }

    private static Map<String, String> plainHeaders(ConsumerRecord<String, byte[]> record) {
        Map<String, String> headers = new HashMap<>();
        for (Header header : record.headers()) {
            if (!header.key().startsWith(ATTRIBUTE_PREFIX)
                    && !header.key().equals(CONTENT_TYPE)
                    && header.value() != null) {
                headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
            }
        }
        return headers;
    }

    private static Instant instantOf(ConsumerRecord<String, byte[]> record) {
        return Instant.ofEpochMilli(record.timestamp());
    }

    private static byte[] valueOf(ConsumerRecord<String, byte[]> record) {
        return record.value() == null ? new byte[0] : record.value();
    }
}
