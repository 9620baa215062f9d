package io.eventsource.sample.order;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import java.time.Instant;
import java.util.UUID;

/** An event of an order as the API shows it. */
record OrderHistoryEntry(
        long version,
        long position,
        UUID eventId,
        String eventType,
        int revision,
        Instant timestamp,
        EventMetadata metadata,
        Object payload) {

    static OrderHistoryEntry of(EventEnvelope<Object> event) {
        return new OrderHistoryEntry(
                event.version(),
                event.position(),
                event.eventId(),
                event.eventType(),
                event.revision(),
                event.timestamp(),
                event.metadata(),
                event.payload());
    }
}
