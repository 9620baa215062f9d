package io.eventsource.observation;

import io.eventsource.observation.EventSourceObservations.LoadContext;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/** How reading a stream is named and tagged. */
final class LoadConvention implements ObservationConvention<LoadContext> {

    static final String NAME = "eventsource.load";

    private static final String OPERATION = "SELECT";

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof LoadContext;
    }

    @Override
    public String getName() {
        return NAME;
    }

    /** Without the type, which is known only afterwards where there is no snapshot to look for. */
    @Override
    public String getContextualName(LoadContext context) {
        return context.aggregateType() == null ? "load stream" : "load " + context.aggregateType();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(LoadContext context) {
        return Keys.database(OPERATION)
                .and(
                        KeyValue.of(Keys.AGGREGATE_TYPE, Keys.or(context.aggregateType())),
                        KeyValue.of("snapshot", Boolean.toString(context.fromSnapshot())));
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(LoadContext context) {
        KeyValues values = Keys.databaseOfSpan(OPERATION, "events")
                .and(Keys.AGGREGATE_ID, context.aggregateId().toString());
        return context.events() == null
                ? values
                : values.and("db.response.returned_rows", Integer.toString(context.events()));
    }
}
