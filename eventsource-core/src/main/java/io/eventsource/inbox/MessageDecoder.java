package io.eventsource.inbox;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventHeader;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRevision;
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
     * @throws InvalidMessageException when the message lacks id, source or type, a number is none, or the payload is no text
     */
    List<EventEnvelope<Object>> decode(IncomingMessage message) {
        require(message, "id", message.id());
        require(message, "source", message.source());
        require(message, "type", message.type());
        return selection.decode(stored(message, payload(message), MessageDecoder::number));
    }

    private static String payload(IncomingMessage message) {
        try {
            return message.content().text();
        } catch (IllegalStateException noText) {
            throw new InvalidMessageException(message, String.valueOf(noText.getMessage()));
        }
    }

    /** What a message says of its event, without the payload. One with unreadable numbers has a revision that nothing can decode. */
    static StoredEvent describe(IncomingMessage message) {
        try {
            return stored(message, "", MessageDecoder::number);
        } catch (InvalidMessageException unreadable) {
            return stored(message, "", (each, text, header, missing, largest) -> 0);
        }
    }

    /** Reads the number in a header. */
    private interface Numbers {
        long read(IncomingMessage message, @Nullable String text, String header, long missing, long largest);
    }

    private static StoredEvent stored(IncomingMessage message, String payload, Numbers numbers) {
        Map<String, String> headers = new HashMap<>(message.headers());
        String aggregateType = headers.remove(MessageHeaders.AGGREGATE_TYPE);
        long version = numbers.read(
                message,
                headers.remove(MessageHeaders.AGGREGATE_VERSION),
                MessageHeaders.AGGREGATE_VERSION,
                0,
                Long.MAX_VALUE);
        long revision = numbers.read(
                message, headers.remove(MessageHeaders.REVISION), MessageHeaders.REVISION, 1, Short.MAX_VALUE);
        long position = numbers.read(
                message, headers.remove(MessageHeaders.POSITION), MessageHeaders.POSITION, 0, Long.MAX_VALUE);
        // what is no field stays among the headers
        EventMetadata metadata = EventMetadata.of(field -> headers.remove(field.header()), headers);
        return new StoredEvent(
                new EventHeader(
                        position,
                        uuid(message.id(), message.source()),
                        uuid(message.subject().isEmpty() ? message.key() : message.subject(), message.source()),
                        aggregateType == null ? message.source() : aggregateType,
                        version,
                        new EventRevision(message.type(), Math.toIntExact(revision)),
                        message.time(),
                        message.time(),
                        metadata),
                payload);
    }

    private static void require(IncomingMessage message, String field, String value) {
        if (value.isEmpty()) {
            throw new InvalidMessageException(
                    message, "it has no %s. Only CloudEvents can be read, with id, source and type.".formatted(field));
        }
    }

    private static long number(
            IncomingMessage message, @Nullable String text, String header, long missing, long largest) {
        if (text == null) {
            return missing;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= 0 && number <= largest) {
                return number;
            }
        } catch (NumberFormatException failure) {
            throw new InvalidMessageException(message, "the header '%s' is no number".formatted(header));
        }
        throw new InvalidMessageException(message, "the header '%s' must be 0 to %d".formatted(header, largest));
    }

    private static UUID uuid(String text, String source) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException otherForm) {
            return UUID.nameUUIDFromBytes((source + '\n' + text).getBytes(StandardCharsets.UTF_8));
        }
    }
}
