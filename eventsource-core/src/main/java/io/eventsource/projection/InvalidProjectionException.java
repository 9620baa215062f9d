package io.eventsource.projection;

import io.eventsource.EventSourceException;
import java.io.Serial;

/** A projection bean cannot be used as it is written. */
public final class InvalidProjectionException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final Class<?> projectionClass;

    /**
     * Creates an exception.
     *
     * @param projectionClass the class at fault
     * @param message what is wrong with it, and what to do
     */
    public InvalidProjectionException(Class<?> projectionClass, String message) {
        super(message);
        this.projectionClass = projectionClass;
    }

    InvalidProjectionException(Class<?> projectionClass, String message, Throwable cause) {
        super(message, cause);
        this.projectionClass = projectionClass;
    }

    /**
     * The class at fault.
     *
     * @return the class
     */
    public Class<?> projectionClass() {
        return projectionClass;
    }
}
