package io.eventsource.brokers.redis;

import io.eventsource.inbox.IncomingMessage;
import io.eventsource.message.MessageAttributes;
import io.eventsource.message.MessageContent;
import io.eventsource.message.MessageHeaders;
import io.eventsource.outbox.OutgoingMessage;
import io.lettuce.core.StreamMessage;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages as entries of a stream and back. CloudEvents defines no binding for Redis; this one is like that for Kafka: attributes and
 * extensions as fields {@code ce_…}, {@code content-type}, other headers as {@code header_…}, and {@code key} and {@code data}.
 */
final class RedisMessages {

    private static final String ATTRIBUTE = "ce_";
    private static final String HEADER = "header_";
    private static final String KEY = "key";
    private static final String DATA = "data";
    private static final String CONTENT_TYPE = "content-type";

    private RedisMessages() {}

    static Map<String, byte[]> write(OutgoingMessage message) {
        Map<String, byte[]> fields = new LinkedHashMap<>();
        put(fields, "ce_specversion", "1.0");
        put(fields, "ce_id", message.id());
        put(fields, "ce_source", message.source());
        put(fields, "ce_type", message.type());
        put(fields, "ce_time", message.time().toString());
        if (!message.subject().isEmpty()) {
            put(fields, "ce_subject", message.subject());
        }
        message.headers()
                .forEach((name, value) ->
                        put(fields, (MessageHeaders.isExtension(name) ? ATTRIBUTE : HEADER) + name, value));
        put(fields, KEY, message.key());
        put(fields, CONTENT_TYPE, message.content().contentType());
        fields.put(DATA, message.content().bytes());
        return fields;
    }

    private static void put(Map<String, byte[]> fields, String name, String value) {
        fields.put(name, value.getBytes(StandardCharsets.UTF_8));
    }

    static IncomingMessage read(String stream, StreamMessage<String, byte[]> entry) {
        Map<String, byte[]> body = entry.getBody();
        Map<String, String> headers = new HashMap<>();
        body.forEach((name, value) -> {
            if (name.startsWith(HEADER)) {
                headers.put(name.substring(HEADER.length()), text(value));
            } else if (name.startsWith(ATTRIBUTE) && MessageHeaders.isExtension(name.substring(ATTRIBUTE.length()))) {
                headers.put(name.substring(ATTRIBUTE.length()), text(value));
            }
        });
        String key = text(body.get(KEY));
        return new IncomingMessage(
                stream,
                entry.getId(),
                key.isEmpty() ? stream : key,
                new MessageAttributes(
                        text(body.get("ce_id")),
                        text(body.get("ce_source")),
                        text(body.get("ce_type")),
                        text(body.get("ce_subject")),
                        time(text(body.get("ce_time")), entry.getId())),
                MessageContent.of(text(body.get(CONTENT_TYPE)), body.getOrDefault(DATA, new byte[0])),
                headers);
    }

    private static String text(byte @Nullable [] value) {
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    private static Instant time(String text, String entryId) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException none) {
            return EntryId.of(entryId).time();
        }
    }
}
