package io.eventsource;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The root of every exception that this library throws on its own account. Errors of the database that the library does
 * not interpret arrive as Spring's {@link org.springframework.dao.DataAccessException}.
 */
public class EventSourceException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message what happened, with which values, and what to do next
     */
    public EventSourceException(String message) {
        super(message);
    }

    /**
     * Creates an exception with a cause.
     *
     * @param message what happened, with which values, and what to do next
     * @param cause the first cause
     */
    public EventSourceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
