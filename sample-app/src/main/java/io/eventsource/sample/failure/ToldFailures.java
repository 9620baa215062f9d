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
        synchronized (byProjection) {
            byProjection.put(projection, failure);
            byProjection.notifyAll();
        }
    }

    void mend(String projection) {
        synchronized (byProjection) {
            byProjection.remove(projection);
            byProjection.notifyAll();
        }
    }

    @Override
    public void around(EventHandlers handlers, List<EventEnvelope<Object>> events, Runnable call) {
        call.run();
        ToldFailure failure = byProjection.get(handlers.name());
        // last, so that there is something to roll back
        if (failure != null && events.stream().anyMatch(failure::concerns)) {
            if (failure.hangs()) {
                hang(handlers.name(), failure);
            } else {
                throw new ToldToFailException(handlers.name(), failure.category());
            }
        }
    }

    /** Until it is told otherwise, or its time is up and it is interrupted. */
    private void hang(String projection, ToldFailure failure) {
        try {
            synchronized (byProjection) {
                while (failure.equals(byProjection.get(projection))) {
                    byProjection.wait();
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ToldToFailException(projection, failure.category());
        }
    }
}
