package io.eventsource.projection;

import io.eventsource.EventSourceException;
import java.io.Serial;

/** Wraps a checked exception that a handler threw. */
public final class EventHandlerException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    EventHandlerException(Throwable cause) {
        super("The event handler failed: " + cause.getMessage(), cause);
    }
}
