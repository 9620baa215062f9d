package io.eventsource.inbox;

import io.eventsource.message.MessageContent;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A message as a broker delivered it, but with U+FFFD for each U+0000 in its texts, which PostgreSQL cannot hold. Immutable. A message that lacks what every message of this library's has (id, source,
 * type) is one too, with empty texts, so that its consumer fails on it instead of passing over it.
 *
 * @param lane where it was read, such as a topic's partition or a stream: what is acknowledged in order
 * @param place where it stands in its lane, for messages and logs
 * @param key what order is kept within
 * @param id identifies it together with its source
 * @param source who sent it
 * @param type what happened, by the sender's name for it
 * @param subject what it happened to; empty when the sender does not say
 * @param time when it happened
 * @param content the payload
 * @param headers further texts by name; see {@link io.eventsource.message.MessageHeaders}
 */
public record IncomingMessage(
        String lane,
        String place,
        String key,
        String id,
        String source,
        String type,
        String subject,
        Instant time,
        MessageContent content,
        Map<String, String> headers) {

    /** Copies the headers. */
    public IncomingMessage {
        key = storable(key);
        id = storable(id);
        source = storable(source);
        type = storable(type);
        subject = storable(subject);
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
        return "'%s' %s of %s (%s at %s)".formatted(type, id, source, lane, place);
    }
}
