package io.eventsource.autoconfigure.testing;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import java.util.Set;
import java.util.function.Consumer;

/** A projection of deposits that does what a test wants. */
public record Handlers(String name, Consumer<EventEnvelope<Object>> handler) implements EventHandlers {

    @Override
    public Set<String> eventTypes() {
        return Set.of("deposited");
    }

    @Override
    public void handle(EventEnvelope<Object> event) {
        handler.accept(event);
    }
}
