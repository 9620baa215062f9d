package io.eventsource.log;

import io.eventsource.EventSourceException;
import io.eventsource.event.StoredEvent;
import java.io.Serial;

/**
 * The heap does not hold one event, read by itself. The event is untouched. It counts as an error of this event: it is tried again as often
 * as the settings allow, in case something else had taken the memory, and then it goes where events go that cannot be decoded.
 */
public final class EventTooLargeException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient StoredEvent event;

    /**
     * Creates an exception about an event.
     *
     * @param event the event; its payload may be missing
     * @param cause that the memory was used up
     */
    public EventTooLargeException(StoredEvent event, OutOfMemoryError cause) {
        super(
                "The memory of this process does not hold event '%s' of %s, although it was read by itself. Give the process more heap (%d MiB now); then retry the event where it is set aside."
                        .formatted(
                                event.eventType(),
                                event.location(),
                                Runtime.getRuntime().maxMemory() / (1024 * 1024)),
                cause);
        this.event = event;
    }

    /**
     * Which event it is.
     *
     * @return the event, perhaps without payload
     */
    public StoredEvent event() {
        return event;
    }
}
