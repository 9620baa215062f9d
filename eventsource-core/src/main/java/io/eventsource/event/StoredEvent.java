package io.eventsource.event;

/**
 * An event as the store holds it, its payload still JSON.
 *
 * @param header what the store knows about the event besides its payload, under its stored name
 * @param payload the payload as JSON text; white space and the order of fields are PostgreSQL's
 */
public record StoredEvent(EventHeader header, String payload) implements RecordedEvent {

    /**
     * Where this event stands, for messages.
     *
     * @return stream, version and position in words
     */
    public String location() {
        return "%s %s version %d (position %d)".formatted(aggregateType(), aggregateId(), version(), position());
    }
}
