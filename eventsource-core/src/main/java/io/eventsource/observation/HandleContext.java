package io.eventsource.observation;

import io.eventsource.event.EventEnvelope;
import io.micrometer.observation.Observation;
import java.util.List;

/** A call of a handler. */
public final class HandleContext extends Observation.Context {

    private final String subscription;
    private final String state;
    private final List<EventEnvelope<Object>> events;

    HandleContext(String subscription, String state, List<EventEnvelope<Object>> events) {
        this.subscription = subscription;
        this.state = state;
        this.events = List.copyOf(events);
    }

    /**
     * The subscription that calls.
     *
     * @return its name
     */
    public String subscription() {
        return subscription;
    }

    /**
     * What the subscription was doing when it called.
     *
     * @return the state in lower case, {@code unknown} when nobody can tell
     */
    public String state() {
        return state;
    }

    /**
     * What the handler gets.
     *
     * @return one event, or the several of a batch
     */
    public List<EventEnvelope<Object>> events() {
        return events;
    }
}
