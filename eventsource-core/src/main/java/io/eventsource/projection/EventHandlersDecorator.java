package io.eventsource.projection;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers.Delivery;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Handlers around other handlers: whatever is not overridden is the others'. */
public abstract class EventHandlersDecorator implements EventHandlers {

    private final EventHandlers handlers;

    /**
     * Creates a decorator.
     *
     * @param handlers the handlers that it stands for
     * @throws InvalidProjectionException when their proxy would take them out of their batch, see {@link InsideBatch}
     */
    protected EventHandlersDecorator(EventHandlers handlers) {
        this.handlers = InsideBatch.require(handlers);
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
    public void handle(EventEnvelope<Object> event) {
        handlers.handle(event);
    }

    @Override
    public void handleAll(List<EventEnvelope<Object>> events) {
        handlers.handleAll(events);
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
    public @Nullable Integer maxRetries() {
        return handlers.maxRetries();
    }

    @Override
    public @Nullable Duration retryDelay() {
        return handlers.retryDelay();
    }

    @Override
    public @Nullable String feed() {
        return handlers.feed();
    }

    @Override
    public boolean undecoded() {
        return handlers.undecoded();
    }
}
