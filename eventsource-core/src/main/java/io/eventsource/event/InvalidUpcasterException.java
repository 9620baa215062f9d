package io.eventsource.event;

import io.eventsource.EventSourceException;
import java.io.Serial;

/** The declared upcasters do not fit together or do not fit the registered classes. */
public final class InvalidUpcasterException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String eventType;
    private final int revision;

    InvalidUpcasterException(EventRevision from, String problem) {
        super("The upcaster from %s %s".formatted(from, problem));
        this.eventType = from.eventType();
        this.revision = from.revision();
    }

    /**
     * Which upcaster is at fault.
     *
     * @return the type and revision that it begins at
     */
    public EventRevision from() {
        return new EventRevision(eventType, revision);
    }
}
