package io.eventsource.autoconfigure.projection;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.HandlerInterceptor;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Puts into the MDC which event a handler handles, so that whatever it logs can be found by event, aggregate, subscription
 * and correlation. Of several events in one call the range of positions, and the different values of the rest, up to a bound. Never the payload.
 */
final class HandlerLogContext implements HandlerInterceptor {

    private static final int MOST_VALUES = 10;

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
        long last = events.get(events.size() - 1).position();
        context.put("event.position", events.size() == 1 ? Long.toString(last) : first.position() + "-" + last);
        if (events.size() == 1) {
            context.put("event.id", first.eventId().toString());
        }
        putAll(context, "event.type", events, EventEnvelope::eventType);
        putAll(context, "aggregate.id", events, event -> event.aggregateId().toString());
        putAll(context, "aggregate.type", events, EventEnvelope::aggregateType);
        putAll(context, "correlation.id", events, event -> event.metadata().correlationId());
        return context;
    }

    /** The different values, in the order of the events, the first ten of them. */
    private static void putAll(
            Map<String, String> context,
            String key,
            List<EventEnvelope<Object>> events,
            Function<EventEnvelope<Object>, @Nullable String> value) {
        Set<String> values = new LinkedHashSet<>();
        for (EventEnvelope<Object> event : events) {
            String found = value.apply(event);
            if (found != null) {
                values.add(found);
            }
            if (values.size() > MOST_VALUES) {
                break;
            }
        }
        if (!values.isEmpty()) {
            String shown = values.stream().limit(MOST_VALUES).collect(Collectors.joining(","));
            context.put(key, values.size() > MOST_VALUES ? shown + ",…" : shown);
        }
    }

    private static void restore(String key, @Nullable String value) {
        if (value == null) {
            MDC.remove(key);
        } else {
            MDC.put(key, value);
        }
    }
}
