package io.eventsource.observation;

import io.eventsource.observation.EventSourceObservations.SnapshotContext;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import org.jspecify.annotations.Nullable;

/** How storing a snapshot is named and tagged. */
final class SnapshotConvention implements ObservationConvention<SnapshotContext> {

    static final String NAME = "eventsource.snapshot.store";

    private static final String OPERATION = "INSERT";

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof SnapshotContext;
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public String getContextualName(SnapshotContext context) {
        return "store snapshot of " + context.snapshot().aggregateType();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(SnapshotContext context) {
        return Keys.database(OPERATION)
                .and(
                        KeyValue.of(Keys.AGGREGATE_TYPE, context.snapshot().aggregateType()),
                        KeyValue.of(Keys.OUTCOME, outcome(context.stored())));
    }

    private static String outcome(@Nullable Boolean stored) {
        if (stored == null) {
            return Keys.NONE;
        }
        return stored ? "taken" : "superseded";
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(SnapshotContext context) {
        return Keys.databaseOfSpan(OPERATION, "snapshots")
                .and(
                        KeyValue.of(
                                Keys.AGGREGATE_ID,
                                context.snapshot().aggregateId().toString()),
                        KeyValue.of(
                                "aggregate.version",
                                Long.toString(context.snapshot().version())));
    }
}
