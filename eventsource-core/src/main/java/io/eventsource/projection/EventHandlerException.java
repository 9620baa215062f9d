package io.eventsource.projection;

import io.eventsource.EventSourceException;
import io.eventsource.failure.FailureText;
import java.io.Serial;

/** Wraps a checked exception that a handler threw. */
final class EventHandlerException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    EventHandlerException(Throwable cause) {
        super("The event handler failed: " + FailureText.of(cause), cause);
    }
}
