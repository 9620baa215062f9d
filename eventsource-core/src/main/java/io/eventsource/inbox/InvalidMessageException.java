package io.eventsource.inbox;

import io.eventsource.EventSourceException;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassification.ClassifiedError;
import java.io.Serial;

/** A message lacks something, or has it in a form that cannot be read. Repeating does not help. */
final class InvalidMessageException extends EventSourceException implements ClassifiedError {

    @Serial
    private static final long serialVersionUID = 1L;

    InvalidMessageException(IncomingMessage message, String reason) {
        super("Cannot read the message %s: %s".formatted(message.describe(), reason));
    }

    @Override
    public ErrorClassification classification() {
        return new ErrorClassification(ErrorClassification.Category.PERMANENT, ErrorClassification.Severity.HIGH);
    }
}
