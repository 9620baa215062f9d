package io.eventsource.outbox;

import io.eventsource.message.MessageAttributes;
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
 * @param attributes what it says of itself; id, source and type are not empty, and the subject is most often the aggregate's id
 * @param content the payload
 * @param headers further texts by name; see {@link io.eventsource.message.MessageHeaders}
 * @param position the event's position in the log, for messages and logs
 */
public record OutgoingMessage(
        String topic,
        String key,
        MessageAttributes attributes,
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
        requireText("id", attributes.id());
        requireText("source", attributes.source());
        requireText("type", attributes.type());
        Objects.requireNonNull(attributes.subject(), "subject");
        Objects.requireNonNull(attributes.time(), "time");
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
        return new OutgoingMessage(topic, key, attributes, newContent, headers, position);
    }

    /**
     * As {@link MessageAttributes#id()}.
     *
     * @return the id
     */
    public String id() {
        return attributes.id();
    }

    /**
     * As {@link MessageAttributes#source()}.
     *
     * @return the source
     */
    public String source() {
        return attributes.source();
    }

    /**
     * As {@link MessageAttributes#type()}.
     *
     * @return the type
     */
    public String type() {
        return attributes.type();
    }

    /**
     * As {@link MessageAttributes#subject()}.
     *
     * @return the subject, which may be empty
     */
    public String subject() {
        return attributes.subject();
    }

    /**
     * As {@link MessageAttributes#time()}.
     *
     * @return the time
     */
    public Instant time() {
        return attributes.time();
    }
}
