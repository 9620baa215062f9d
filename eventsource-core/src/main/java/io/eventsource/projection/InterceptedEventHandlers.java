package io.eventsource.projection;

import io.eventsource.event.EventEnvelope;
import java.util.List;
import java.util.function.ToIntFunction;
import org.springframework.util.ClassUtils;

/**
 * Handlers with interceptors around each call: around each event, and once around all that a handler of batches gets in one
 * call. Handlers that are not {@link MethodEventHandlers} get batches in one call if they override
 * {@link EventHandlers#handleAll}.
 */
final class InterceptedEventHandlers extends EventHandlers.Decorator {

    private final EventHandlers handlers;
    private final List<HandlerInterceptor> interceptors;
    private final ToIntFunction<List<EventEnvelope<Object>>> together;

    private InterceptedEventHandlers(EventHandlers handlers, List<HandlerInterceptor> interceptors) {
        super(handlers);
        this.handlers = handlers;
        this.interceptors = interceptors;
        this.together = together(handlers);
    }

    /**
     * Handlers with interceptors.
     *
     * @param handlers the handlers
     * @param interceptors the interceptors, the outermost first
     * @return the handlers themselves when there are no interceptors
     */
    static EventHandlers of(EventHandlers handlers, List<HandlerInterceptor> interceptors) {
        return interceptors.isEmpty() ? handlers : new InterceptedEventHandlers(handlers, List.copyOf(interceptors));
    }

    /** How many events, from the first on, go into one call. */
    private static ToIntFunction<List<EventEnvelope<Object>>> together(EventHandlers handlers) {
        if (handlers instanceof MethodEventHandlers methods) {
            return methods::together;
        }
        boolean handlesBatches = ClassUtils.getMethod(handlers.getClass(), "handleAll", List.class)
                        .getDeclaringClass()
                != EventHandlers.class;
        return handlesBatches ? List::size : events -> 1;
    }

    @Override
    public void handle(EventEnvelope<Object> event) {
        intercepted(0, List.of(event), () -> handlers.handle(event));
    }

    @Override
    public void handleAll(List<EventEnvelope<Object>> events) {
        int from = 0;
        while (from < events.size()) {
            int to = from + together.applyAsInt(events.subList(from, events.size()));
            List<EventEnvelope<Object>> call = events.subList(from, to);
            intercepted(0, call, () -> handlers.handleAll(call));
            from = to;
        }
    }

    private void intercepted(int next, List<EventEnvelope<Object>> events, Runnable call) {
        if (next == interceptors.size()) {
            call.run();
        } else {
            HandlerInterceptor interceptor = interceptors.get(next);
            InterceptedCall inner = new InterceptedCall(() -> intercepted(next + 1, events, call));
            try {
                interceptor.around(handlers, events, inner);
            } finally {
                inner.leave();
            }
            inner.requireRun(interceptor, name());
        }
    }
}
