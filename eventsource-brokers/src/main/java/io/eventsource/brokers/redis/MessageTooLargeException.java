package io.eventsource.brokers.redis;

import io.eventsource.EventSourceException;
import io.eventsource.outbox.OutgoingMessage;
import java.io.Serial;

/** A message's payload is larger than the transport is set to send. */
final class MessageTooLargeException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    MessageTooLargeException(OutgoingMessage message, int maxBytes) {
        super(
                "The payload of the message '%s' %s at position %d has %d bytes, but max-message-bytes is %d. Raise it, or map the event to something smaller."
                        .formatted(
                                message.type(),
                                message.id(),
                                message.position(),
                                message.content().size(),
                                maxBytes));
    }
}
