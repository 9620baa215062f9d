package io.eventsource.event;

import io.eventsource.EventSourceException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** An event cannot be turned into JSON that PostgreSQL stores. Nothing has been appended. */
public final class EventEncodingException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final Class<?> eventClass;

    EventEncodingException(Class<?> eventClass, String reason, @Nullable Throwable cause) {
        super("Cannot store an event of class %s: %s".formatted(eventClass.getName(), reason), cause);
        this.eventClass = eventClass;
    }

    /**
     * The class of the event at fault.
     *
     * @return the class
     */
    public Class<?> eventClass() {
        return eventClass;
    }
}
