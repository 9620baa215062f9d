package io.eventsource.event;

import io.eventsource.EventSourceException;
import java.io.Serial;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A stored event cannot be turned into its class. The event itself is untouched. */
public class EventDecodingException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String eventType;
    private final UUID aggregateId;
    private final long version;
    private final long position;

    /**
     * Creates an exception about a stored event.
     *
     * @param event the event
     * @param reason what is wrong and how to mend it
     * @param cause what the decoder said, or none
     */
    public EventDecodingException(StoredEvent event, String reason, @Nullable Throwable cause) {
        super("Cannot decode event '%s' of %s: %s".formatted(event.eventType(), event.location(), reason), cause);
        this.eventType = event.eventType();
        this.aggregateId = event.aggregateId();
        this.version = event.version();
        this.position = event.position();
    }

    /**
     * The stored name of the event.
     *
     * @return the name
     */
    public final String eventType() {
        return eventType;
    }

    /**
     * The stream of the event.
     *
     * @return the aggregate's id
     */
    public final UUID aggregateId() {
        return aggregateId;
    }

    /**
     * The event's place in its stream.
     *
     * @return the version
     */
    public final long version() {
        return version;
    }

    /**
     * The event's place in the log.
     *
     * @return the position
     */
    public final long position() {
        return position;
    }
}
