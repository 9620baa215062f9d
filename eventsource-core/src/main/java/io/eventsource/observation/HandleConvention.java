package io.eventsource.observation;

import io.eventsource.event.EventEnvelope;
import io.eventsource.observation.EventSourceObservations.HandleContext;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import java.util.List;

/** How calls of handlers are named and tagged. */
final class HandleConvention implements ObservationConvention<HandleContext> {

    static final String NAME = "eventsource.handle";

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof HandleContext;
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public String getContextualName(HandleContext context) {
        return "handle " + context.subscription();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(HandleContext context) {
        return KeyValues.of(
                KeyValue.of("subscription.name", context.subscription()),
                KeyValue.of("subscription.state", context.state()),
                KeyValue.of(Keys.EVENT_TYPE, Keys.common(context.events(), EventEnvelope::eventType)),
                KeyValue.of(Keys.AGGREGATE_TYPE, Keys.common(context.events(), EventEnvelope::aggregateType)));
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(HandleContext context) {
        List<EventEnvelope<Object>> events = context.events();
        KeyValues values = KeyValues.of(
                KeyValue.of("messaging.system", "eventsource"),
                KeyValue.of("messaging.operation.name", "handle"),
                KeyValue.of("messaging.operation.type", "process"),
                KeyValue.of("messaging.consumer.group.name", context.subscription()),
                KeyValue.of("messaging.batch.message_count", Integer.toString(events.size())));
        return events.size() == 1 ? values.and(event(events.get(0))) : values;
    }

    private static KeyValues event(EventEnvelope<Object> event) {
        return KeyValues.of(
                KeyValue.of("event.id", event.eventId().toString()),
                KeyValue.of("event.position", Long.toString(event.position())),
                KeyValue.of(Keys.AGGREGATE_ID, event.aggregateId().toString()),
                KeyValue.of("aggregate.version", Long.toString(event.version())),
                KeyValue.of("messaging.message.id", event.eventId().toString()));
    }
}
