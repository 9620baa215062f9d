package io.eventsource.projection;

import io.eventsource.event.EventEnvelope;
import java.util.List;

/** Runs around each call of a handler, in its thread and transaction. Thread-safe. */
@FunctionalInterface
public interface HandlerInterceptor {

    /**
     * Calls the handler, once, in this thread and before it returns, and throws what it throws. Otherwise the batch fails: a call in another
     * thread, or a second one, does not run the handler, and what the handler throws is thrown even if it is caught here.
     *
     * @param handlers whose handler it is
     * @param events what the call is about, in position order: one event, or the several that a handler of batches gets
     * @param call the call
     */
    void around(EventHandlers handlers, List<EventEnvelope<Object>> events, Runnable call);

    /**
     * Handlers with interceptors around each call: around each event, and once around all that a handler of batches gets in one call.
     * Handlers that are not {@link MethodEventHandlers} get batches in one call if they override {@link EventHandlers#handleAll}.
     *
     * @param handlers the handlers
     * @param interceptors the interceptors, the outermost first
     * @return the handlers themselves when there are no interceptors
     */
    static EventHandlers intercept(EventHandlers handlers, List<HandlerInterceptor> interceptors) {
        return InterceptedEventHandlers.of(handlers, interceptors);
    }
}
