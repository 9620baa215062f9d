package io.eventsource.inbox;

import io.eventsource.message.MessageAttributes;
import io.eventsource.message.MessageContent;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A message as a broker delivered it, but with U+FFFD for each U+0000 in its texts, which PostgreSQL cannot hold. Immutable. A message that lacks what every message of this library's has (id, source,
 * type) is one too, with empty texts, so that its consumer fails on it instead of passing over it.
 *
 * @param partition where it was read, such as a topic's partition or a stream: what is acknowledged in order
 * @param place where it stands in its partition, for messages and logs
 * @param key what order is kept within
 * @param attributes what it says of itself; what the sender does not say is empty
 * @param content the payload
 * @param headers further texts by name; see {@link io.eventsource.message.MessageHeaders}
 */
public record IncomingMessage(
        String partition,
        String place,
        String key,
        MessageAttributes attributes,
        MessageContent content,
        Map<String, String> headers) {

    /** Copies the headers. */
    public IncomingMessage {
        key = storable(key);
        attributes = new MessageAttributes(
                storable(attributes.id()),
                storable(attributes.source()),
                storable(attributes.type()),
                storable(attributes.subject()),
                attributes.time());
        headers = headers.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        header -> storable(header.getKey()),
                        header -> storable(header.getValue()),
                        (one, other) -> other));
    }

    private static String storable(String text) {
        return text.replace('\0', '\uFFFD');
    }

    /**
     * What names this message in messages and logs.
     *
     * @return type, id and place in words
     */
    public String describe() {
        return "'%s' %s of %s (%s at %s)".formatted(type(), id(), source(), partition, place);
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
