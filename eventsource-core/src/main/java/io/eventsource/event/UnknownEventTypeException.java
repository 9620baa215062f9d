package io.eventsource.event;

import java.io.Serial;
import java.util.Set;

/** A stored event bears a name that no registered class has. */
public final class UnknownEventTypeException extends EventDecodingException {

    @Serial
    private static final long serialVersionUID = 1L;

    UnknownEventTypeException(StoredEvent event, Set<String> known) {
        super(
                event,
                "no registered class has this name. Annotate one with @EventType(\"%s\") in a scanned package, or register it; if it is the former name of a class, make it one of that class's aliases. Known names: %s"
                        .formatted(event.eventType(), known),
                null);
    }
}
