package io.eventsource.event;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Some event types, and what has to be read to get all their events: other names under which they are stored, and older
 * events that become such events. Immutable and thread-safe. Made by {@link EventCodec#select}.
 */
public final class EventSelection {

    private final EventCodec codec;
    private final Set<String> eventTypes;
    private final Set<String> storedNames;
    private final boolean undecoded;

    EventSelection(EventCodec codec, UpcasterGraph graph, Set<String> eventTypes) {
        this.codec = codec;
        this.eventTypes = eventTypes.stream()
                .map(name -> graph.current(new EventRevision(name, 1)).eventType())
                .collect(Collectors.toUnmodifiableSet());
        this.storedNames = Set.copyOf(graph.storedNames(this.eventTypes));
        this.undecoded = false;
    }

    private EventSelection(EventCodec codec, Set<String> storedNames) {
        this.codec = codec;
        this.eventTypes = Set.copyOf(storedNames);
        this.storedNames = this.eventTypes;
        this.undecoded = true;
    }

    /** Events as they are stored. */
    static EventSelection undecoded(EventCodec codec, Set<String> storedNames) {
        return new EventSelection(codec, storedNames);
    }

    /**
     * Whether {@link #decode} gives events as they are stored.
     *
     * @return true when their payload is a {@link StoredEvent}
     */
    public boolean undecoded() {
        return undecoded;
    }

    /**
     * All names under which such events may be stored. Events of these names may also be of no interest:
     * {@link #decode} then gives nothing.
     *
     * @return stored names
     */
    public Set<String> storedNames() {
        return storedNames;
    }

    /**
     * What is of these types among the parts of a stored event.
     *
     * @param parts what {@link EventCodec#decode} made of a stored event
     * @return the parts of these types, in order; empty when there are none
     */
    public List<EventEnvelope<Object>> among(List<EventEnvelope<Object>> parts) {
        for (EventEnvelope<Object> part : parts) {
            if (!eventTypes.contains(part.eventType())) {
                return parts.stream()
                        .filter(each -> eventTypes.contains(each.eventType()))
                        .toList();
            }
        }
        return parts;
    }

    /**
     * Decodes what is of these types in a stored event. Parts of other types are not turned into their classes.
     *
     * @param event the stored event
     * @return the parts of these types, in order, with their numbers among all parts; empty when there are none
     * @throws EventDecodingException as for {@link EventCodec#decode}
     */
    public List<EventEnvelope<Object>> decode(StoredEvent event) {
        return undecoded ? List.of(asStored(event)) : codec.decode(event, eventTypes);
    }

    private static EventEnvelope<Object> asStored(StoredEvent event) {
        return new EventEnvelope<>(event.header(), event);
    }
}
