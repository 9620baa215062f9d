package io.eventsource.observation;

import io.eventsource.event.EventEnvelope;
import io.micrometer.observation.Observation;
import java.util.List;

/** A dead letter that is handled again. */
public final class ReplayContext extends Observation.Context {

    private final String projection;
    private final List<EventEnvelope<Object>> events;

    ReplayContext(String projection, List<EventEnvelope<Object>> events) {
        this.projection = projection;
        this.events = List.copyOf(events);
    }

    /**
     * Whose dead letter it is.
     *
     * @return the name of the projection
     */
    public String projection() {
        return projection;
    }

    /**
     * What is handled.
     *
     * @return the event; several where an upcaster makes several of it
     */
    public List<EventEnvelope<Object>> events() {
        return events;
    }
}
