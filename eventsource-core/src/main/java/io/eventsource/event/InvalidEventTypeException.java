package io.eventsource.event;

import io.eventsource.EventSourceException;
import java.io.Serial;

/**
 * An event class cannot be registered, or is used without being registered: it has no {@link EventType} name, an
 * illegal one, or one that another class bears.
 */
public final class InvalidEventTypeException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final Class<?> eventClass;

    /**
     * Creates an exception.
     *
     * @param eventClass the class at fault
     * @param message what is wrong with it and how to mend it
     */
    public InvalidEventTypeException(Class<?> eventClass, String message) {
        super(message);
        this.eventClass = eventClass;
    }

    /**
     * The class at fault.
     *
     * @return the class
     */
    public Class<?> eventClass() {
        return eventClass;
    }
}
