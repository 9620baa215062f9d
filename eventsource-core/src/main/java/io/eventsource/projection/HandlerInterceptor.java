package io.eventsource.projection;

import io.eventsource.event.EventEnvelope;
import java.util.List;

/** Runs around each call of a handler, in its thread and transaction. Thread-safe. */
@FunctionalInterface
public interface HandlerInterceptor {

    /**
     * Calls the handler, once, and throws what it throws.
     *
     * @param handlers whose handler it is
     * @param events what the call is about, in position order: one event, or the several that a handler of batches gets
     * @param call the call
     */
    void around(EventHandlers handlers, List<EventEnvelope<Object>> events, Runnable call);
}
