package io.eventsource.inbox;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventSelection;
import io.eventsource.event.StoredEvent;
import io.eventsource.message.MessageHeaders;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes events of messages, by this service's own event classes and upcasters: the message's type is looked up among their
 * names and aliases. What a sender of another kind does not say is derived from what it says, always in the same way.
 */
final class MessageDecoder {

    private final EventSelection selection;

    MessageDecoder(EventSelection selection) {
        this.selection = selection;
    }

    /** Whether events of this message may be wanted. One that cannot be told is, so that somebody gets to know. */
    boolean concerns(IncomingMessage message) {
        return message.type().isEmpty() || selection.storedNames().contains(message.type());
    }

    /**
     * The events that a message carries.
     *
     * @return as for {@link EventSelection#decode}
     * @throws InvalidMessageException when the message lacks id, source or type, or a number is none
     */
    List<EventEnvelope<Object>> decode(IncomingMessage message) {
        require(message, "id", message.id());
        require(message, "source", message.source());
        require(message, "type", message.type());
        Map<String, String> headers = new HashMap<>(message.headers());
        String aggregateType = headers.remove(MessageHeaders.AGGREGATE_TYPE);
        long version =
                number(message, headers.remove(MessageHeaders.AGGREGATE_VERSION), MessageHeaders.AGGREGATE_VERSION, 0);
        long revision = number(message, headers.remove(MessageHeaders.REVISION), MessageHeaders.REVISION, 1);
        long position = number(message, headers.remove(MessageHeaders.POSITION), MessageHeaders.POSITION, 0);
        EventMetadata metadata = new EventMetadata(
                headers.remove(MessageHeaders.TENANT),
                headers.remove(MessageHeaders.ACTOR),
                headers.remove(MessageHeaders.CORRELATION),
                headers.remove(MessageHeaders.CAUSATION),
                headers);
        return selection.decode(new StoredEvent(
                position,
                uuid(message.id(), message.source()),
                uuid(message.subject().isEmpty() ? message.key() : message.subject(), message.source()),
                aggregateType == null ? message.source() : aggregateType,
                version,
                message.type(),
                Math.toIntExact(revision),
                message.time(),
                message.time(),
                metadata,
                message.content().text()));
    }

    private static void require(IncomingMessage message, String field, String value) {
        if (value.isEmpty()) {
            throw new InvalidMessageException(
                    message, "it has no %s. Only CloudEvents can be read, with id, source and type.".formatted(field));
        }
    }

    private static long number(IncomingMessage message, @Nullable String text, String header, long missing) {
        if (text == null) {
            return missing;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException failure) {
            throw new InvalidMessageException(message, "the header '%s' is no number".formatted(header));
        }
    }

    private static UUID uuid(String text, String source) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException otherForm) {
            return UUID.nameUUIDFromBytes((source + '\n' + text).getBytes(StandardCharsets.UTF_8));
        }
    }
}
