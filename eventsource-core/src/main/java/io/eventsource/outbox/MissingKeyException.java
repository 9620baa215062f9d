package io.eventsource.outbox;

import io.eventsource.EventSourceException;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassification.ClassifiedError;
import io.eventsource.event.StoredEvent;
import java.io.Serial;

/** An event has nothing where its message's key should be. Another attempt would not find it either. */
final class MissingKeyException extends EventSourceException implements ClassifiedError {

    @Serial
    private static final long serialVersionUID = 1L;

    MissingKeyException(StoredEvent event, String key) {
        super(
                "The event %s of type %s at position %d has no text or number as the key '%s' of its message. Give the route another key, or change the event's payload in the dead-letter queue, and handle it again."
                        .formatted(event.eventId(), event.eventType(), event.position(), key));
    }

    @Override
    public ErrorClassification classification() {
        return new ErrorClassification(ErrorClassification.Category.PERMANENT, ErrorClassification.Severity.HIGH);
    }
}
