package io.eventsource.payload;

import io.eventsource.EventSourceException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * An event cannot be turned into JSON that PostgreSQL stores and that is read back as it was. Nothing has been appended.
 */
public final class EventEncodingException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final Class<?> eventClass;
    private final String component;

    EventEncodingException(Class<?> eventClass, String component, String reason, @Nullable Throwable cause) {
        super(
                "Cannot store %s%s: %s"
                        .formatted(eventClass.getName(), component.isEmpty() ? "" : ", " + component, reason),
                cause);
        this.eventClass = eventClass;
        this.component = component;
    }

    /**
     * The class of the event at fault, or of the state of a snapshot.
     *
     * @return the class
     */
    public Class<?> eventClass() {
        return eventClass;
    }

    /**
     * The component at fault, such as {@code lines[2].price}.
     *
     * @return the component, empty when it is the event itself or cannot be told
     */
    public String component() {
        return component;
    }
}
