package io.eventsource.outbox;

import io.eventsource.EventSourceException;
import io.eventsource.error.ClassifiedError;
import io.eventsource.error.ErrorCategory;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorSeverity;
import io.eventsource.failure.FailureText;
import java.io.Serial;

/** A broker was away or did not answer: nothing is wrong with the message, which is sent again. */
public final class BrokerUnavailableException extends EventSourceException implements ClassifiedError {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String destination;

    BrokerUnavailableException(String destination, OutgoingMessage message, Throwable cause) {
        super(
                "The broker of the destination '%s' has not acknowledged the message %s for '%s' (event at position %d): %s. Nothing is lost; it is sent again."
                        .formatted(
                                destination, message.id(), message.topic(), message.position(), FailureText.of(cause)),
                cause);
        this.destination = destination;
    }

    /**
     * Where the message should have gone.
     *
     * @return the destination's name
     */
    public String destination() {
        return destination;
    }

    @Override
    public ErrorClassification classification() {
        return new ErrorClassification(ErrorCategory.INFRASTRUCTURE, ErrorSeverity.HIGH);
    }
}
