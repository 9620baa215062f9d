package io.eventsource.autoconfigure.projection;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import java.util.List;

/** Handlers that tell how large their batches are. */
final class CountedBatches extends EventHandlers.Decorator {

    private final List<BatchListener> listeners;

    private CountedBatches(EventHandlers handlers, List<BatchListener> listeners) {
        super(handlers);
        this.listeners = listeners;
    }

    /** The handlers themselves when nobody listens. */
    static EventHandlers of(EventHandlers handlers, List<BatchListener> listeners) {
        return listeners.isEmpty() ? handlers : new CountedBatches(handlers, listeners);
    }

    @Override
    public void handleAll(List<EventEnvelope<Object>> events) {
        listeners.forEach(each -> each.onBatch(name(), events.size()));
        super.handleAll(events);
    }
}
