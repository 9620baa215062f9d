package io.eventsource.observation;

import io.eventsource.event.EventEnvelope;
import io.eventsource.observation.EventSourceObservations.ReplayContext;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/** How handling dead letters again is named and tagged. */
final class ReplayConvention implements ObservationConvention<ReplayContext> {

    static final String NAME = "eventsource.replay";

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof ReplayContext;
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public String getContextualName(ReplayContext context) {
        return "replay " + context.projection();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(ReplayContext context) {
        return KeyValues.of(
                KeyValue.of("subscription.name", context.projection()),
                KeyValue.of(Keys.EVENT_TYPE, Keys.common(context.events(), EventEnvelope::eventType)),
                KeyValue.of(Keys.AGGREGATE_TYPE, Keys.common(context.events(), EventEnvelope::aggregateType)));
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(ReplayContext context) {
        EventEnvelope<Object> event = context.events().get(0);
        return KeyValues.of(
                KeyValue.of("event.id", event.eventId().toString()),
                KeyValue.of("event.position", Long.toString(event.position())),
                KeyValue.of(Keys.AGGREGATE_ID, event.aggregateId().toString()),
                KeyValue.of("aggregate.version", Long.toString(event.version())));
    }
}
