package io.eventsource.outbox;

import io.eventsource.EventSourceException;
import io.eventsource.error.ClassifiedError;
import io.eventsource.error.ErrorCategory;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorSeverity;
import io.eventsource.failure.FailureText;
import java.io.Serial;

/** A broker does not take a message for its own sake, and would not take it again. */
public final class MessageRefusedException extends EventSourceException implements ClassifiedError {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String destination;
    private final String messageId;

    MessageRefusedException(String destination, OutgoingMessage message, Throwable cause) {
        super(
                "The destination '%s' refuses the message %s of type %s for '%s' (event at position %d): %s. Change its event's payload in the dead-letter queue, the route's mapping, or what the broker allows, and handle it again; or discard it."
                        .formatted(
                                destination,
                                message.id(),
                                message.type(),
                                message.topic(),
                                message.position(),
                                FailureText.of(cause)),
                cause);
        this.destination = destination;
        this.messageId = message.id();
    }

    /**
     * Where it should have gone.
     *
     * @return the destination's name
     */
    public String destination() {
        return destination;
    }

    /**
     * Which message.
     *
     * @return the message's id
     */
    public String messageId() {
        return messageId;
    }

    @Override
    public ErrorClassification classification() {
        return new ErrorClassification(ErrorCategory.PERMANENT, ErrorSeverity.HIGH);
    }
}
