package io.eventsource.autoconfigure.projection;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.HandlerInterceptor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Puts into the MDC which event a handler handles, so that whatever it logs can be found by event, aggregate, subscription
 * and correlation. Of several events in one call, only the subscription and the range of positions. Never the payload.
 */
final class HandlerLogContext implements HandlerInterceptor {

    @Override
    public void around(EventHandlers handlers, List<EventEnvelope<Object>> events, Runnable call) {
        Map<String, @Nullable String> former = new LinkedHashMap<>();
        context(handlers, events).forEach((key, value) -> {
            former.put(key, MDC.get(key));
            MDC.put(key, value);
        });
        try {
            call.run();
        } finally {
            former.forEach(HandlerLogContext::restore);
        }
    }

    private static Map<String, String> context(EventHandlers handlers, List<EventEnvelope<Object>> events) {
        Map<String, String> context = new LinkedHashMap<>();
        context.put("subscription.name", handlers.name());
        EventEnvelope<Object> first = events.get(0);
        if (events.size() > 1) {
            context.put(
                    "event.position",
                    first.position() + "-" + events.get(events.size() - 1).position());
            return context;
        }
        context.put("event.position", Long.toString(first.position()));
        context.put("event.id", first.eventId().toString());
        context.put("event.type", first.eventType());
        context.put("aggregate.id", first.aggregateId().toString());
        context.put("aggregate.type", first.aggregateType());
        String correlation = first.metadata().correlationId();
        if (correlation != null) {
            context.put("correlation.id", correlation);
        }
        return context;
    }

    private static void restore(String key, @Nullable String value) {
        if (value == null) {
            MDC.remove(key);
        } else {
            MDC.put(key, value);
        }
    }
}
