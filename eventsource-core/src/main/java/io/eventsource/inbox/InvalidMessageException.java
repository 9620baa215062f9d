package io.eventsource.inbox;

import io.eventsource.EventSourceException;
import java.io.Serial;

/** A message lacks something, or has it in a form that cannot be read. Repeating does not help. */
public final class InvalidMessageException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    InvalidMessageException(IncomingMessage message, String reason) {
        super("Cannot read the message %s: %s".formatted(message.describe(), reason));
    }
}
