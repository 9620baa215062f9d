package io.eventsource.autoconfigure;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.Delivery;
import io.eventsource.projection.EventHandlers;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Handlers that tell how large their batches are. */
final class CountedBatches implements EventHandlers {

    private final EventHandlers handlers;
    private final List<BatchListener> listeners;

    private CountedBatches(EventHandlers handlers, List<BatchListener> listeners) {
        this.handlers = handlers;
        this.listeners = listeners;
    }

    /** The handlers themselves when nobody listens. */
    static EventHandlers of(EventHandlers handlers, List<BatchListener> listeners) {
        return listeners.isEmpty() ? handlers : new CountedBatches(handlers, listeners);
    }

    @Override
    public String name() {
        return handlers.name();
    }

    @Override
    public Set<String> eventTypes() {
        return handlers.eventTypes();
    }

    @Override
    public boolean undecoded() {
        return handlers.undecoded();
    }

    @Override
    public Delivery delivery() {
        return handlers.delivery();
    }

    @Override
    public @Nullable String transactionManager() {
        return handlers.transactionManager();
    }

    @Override
    public @Nullable Runnable resetHandler() {
        return handlers.resetHandler();
    }

    @Override
    public void handle(EventEnvelope<Object> event) {
        handlers.handle(event);
    }

    @Override
    public void handleAll(List<EventEnvelope<Object>> events) {
        listeners.forEach(each -> each.onBatch(name(), events.size()));
        handlers.handleAll(events);
    }
}
