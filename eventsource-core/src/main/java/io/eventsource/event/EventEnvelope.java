package io.eventsource.event;

/**
 * A decoded event with everything the store knows about it. When an upcaster makes several events of a stored one, each has
 * an envelope of its own with the same position, version and event id: deduplicate on the id and the part.
 *
 * @param header what the store knows about the event besides its payload, under the name and in the revision that the payload's class has; an
 *     older event may be stored under another
 * @param payload the event
 * @param part which of the stored event's parts this is, 1 for the first, most often the only one
 * @param parts how many parts the stored event has
 * @param <E> the event's class
 */
public record EventEnvelope<E>(EventHeader header, E payload, int part, int parts) implements RecordedEvent {

    /**
     * An event that is whole.
     *
     * @param header what the store knows about the event besides its payload
     * @param payload the event
     */
    public EventEnvelope(EventHeader header, E payload) {
        this(header, payload, 1, 1);
    }

    /**
     * Whether this is the stored event's last part, behind which a reader may note the position as done.
     *
     * @return whether no further part follows
     */
    public boolean lastPart() {
        return part == parts;
    }
}
