package io.eventsource.subscription;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventSelection;
import io.eventsource.projection.EventHandlers;
import java.util.ArrayList;
import java.util.List;

/** Handlers, and which events they are given in which form. */
record SelectedHandlers(EventHandlers handlers, EventCodec codec, EventSelection selection) {

    String name() {
        return handlers.name();
    }

    /** What the handlers are given of these events. */
    List<EventEnvelope<Object>> decoded(List<TailEvent> events) {
        List<EventEnvelope<Object>> decoded = new ArrayList<>(events.size());
        for (TailEvent event : events) {
            decoded.addAll(event.decoded(codec, selection));
        }
        return decoded;
    }

    void handleAll(List<EventEnvelope<Object>> events) {
        handlers.handleAll(events);
    }
}
