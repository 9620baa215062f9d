package io.eventsource.sample.failure;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.HandlerInterceptor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** Which projections are to fail, in the memory of this instance. */
@Component
final class ToldFailures implements HandlerInterceptor {

    private final Map<String, ToldFailure> byProjection = new ConcurrentHashMap<>();

    Map<String, ToldFailure> all() {
        return Map.copyOf(byProjection);
    }

    void tell(String projection, ToldFailure failure) {
        byProjection.put(projection, failure);
    }

    void mend(String projection) {
        byProjection.remove(projection);
    }

    @Override
    public void around(EventHandlers handlers, List<EventEnvelope<Object>> events, Runnable call) {
        call.run();
        ToldFailure failure = byProjection.get(handlers.name());
        // last, so that there is something to roll back
        if (failure != null && events.stream().anyMatch(failure::concerns)) {
            throw new ToldToFailException(handlers.name(), failure.category());
        }
    }
}
