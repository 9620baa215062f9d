package io.eventsource.observation;

import io.eventsource.observation.EventSourceObservations.PublishContext;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/** How sending is named and tagged. */
final class PublishConvention implements ObservationConvention<PublishContext> {

    static final String NAME = "eventsource.publish";

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof PublishContext;
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public String getContextualName(PublishContext context) {
        return "publish " + context.destination();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(PublishContext context) {
        return KeyValues.of(
                KeyValue.of("destination", context.destination()), KeyValue.of(Keys.OUTCOME, context.outcome()));
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(PublishContext context) {
        return KeyValues.of(
                KeyValue.of("messaging.system", "eventsource"),
                KeyValue.of("messaging.operation.name", "publish"),
                KeyValue.of("messaging.operation.type", "send"),
                KeyValue.of("messaging.destination.name", context.destination()),
                KeyValue.of(
                        "messaging.batch.message_count",
                        Integer.toString(context.messages().size())));
    }
}
