package io.eventsource.aggregate;

import io.eventsource.EventSourceException;
import java.io.Serial;

/** An aggregate class cannot be used as it is written. */
public final class InvalidAggregateException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final Class<?> aggregateClass;

    InvalidAggregateException(Class<?> aggregateClass, String message) {
        super(message);
        this.aggregateClass = aggregateClass;
    }

    /**
     * The class at fault.
     *
     * @return the class
     */
    public Class<?> aggregateClass() {
        return aggregateClass;
    }
}
