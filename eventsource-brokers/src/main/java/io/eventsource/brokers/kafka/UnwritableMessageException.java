package io.eventsource.brokers.kafka;

import io.eventsource.EventSourceException;
import io.eventsource.failure.FailureText;
import io.eventsource.outbox.OutgoingMessage;
import java.io.Serial;

/** A message cannot be written as a CloudEvent. */
final class UnwritableMessageException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    UnwritableMessageException(OutgoingMessage message, RuntimeException cause) {
        super(
                "The message '%s' %s at position %d cannot be written as a CloudEvent: %s"
                        .formatted(message.type(), message.id(), message.position(), FailureText.of(cause)),
                cause);
    }
}
