package io.eventsource.outbox;

import io.eventsource.message.MessageContent;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/**
 * A message on its way to a broker. Immutable.
 *
 * @param topic the topic or stream that it goes to, 1 character or more
 * @param key what order is kept within: messages of one topic and key arrive in the order in which they are sent; most
 *     often the aggregate's id, 1 character or more
 * @param id identifies the message together with its source: receivers recognise a repetition by it
 * @param source who sends it, as a URI reference, such as {@code /orders}
 * @param type what happened, by the name that receivers know
 * @param subject what it happened to, most often the aggregate's id
 * @param time when it happened
 * @param content the payload
 * @param headers further texts by name; see {@link io.eventsource.message.MessageHeaders}
 * @param position the event's position in the log, for messages and logs
 */
public record OutgoingMessage(
        String topic,
        String key,
        String id,
        String source,
        String type,
        String subject,
        Instant time,
        MessageContent content,
        Map<String, String> headers,
        long position) {

    /**
     * Copies the headers.
     *
     * @throws IllegalArgumentException when topic, key, id, source or type is empty
     */
    public OutgoingMessage {
        requireText("topic", topic);
        requireText("key", key);
        requireText("id", id);
        requireText("source", source);
        requireText("type", type);
        Objects.requireNonNull(subject, "subject");
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(content, "content");
        headers = Map.copyOf(headers);
    }

    private static void requireText(String field, String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("The %s of a message must not be empty".formatted(field));
        }
    }

    /**
     * The same message with another payload.
     *
     * @param newContent the payload
     * @return a copy
     */
    public OutgoingMessage withContent(MessageContent newContent) {
        return new OutgoingMessage(topic, key, id, source, type, subject, time, newContent, headers, position);
    }
}
