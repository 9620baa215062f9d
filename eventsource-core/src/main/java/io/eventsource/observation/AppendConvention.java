package io.eventsource.observation;

import io.eventsource.observation.EventSourceObservations.AppendContext;
import io.eventsource.store.AppendResult;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.StreamAppend.NewEvent;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How appends are named and tagged. */
final class AppendConvention implements ObservationConvention<AppendContext> {

    static final String NAME = "eventsource.append";

    private static final String OPERATION = "INSERT";

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof AppendContext;
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public String getContextualName(AppendContext context) {
        return "append " + aggregateType(context);
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(AppendContext context) {
        return Keys.database(OPERATION)
                .and(
                        KeyValue.of(Keys.AGGREGATE_TYPE, aggregateType(context)),
                        KeyValue.of(Keys.EVENT_TYPE, context.eventType()),
                        KeyValue.of(Keys.OUTCOME, Keys.lower(context.outcome())));
    }

    private static String aggregateType(AppendContext context) {
        return Keys.common(context.appends(), StreamAppend::aggregateType);
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(AppendContext context) {
        KeyValues values = Keys.databaseOfSpan(OPERATION, "events")
                .and(
                        KeyValue.of("messaging.system", "eventsource"),
                        KeyValue.of("messaging.operation.name", "append"),
                        KeyValue.of("messaging.operation.type", "send"),
                        KeyValue.of("messaging.batch.message_count", Integer.toString(events(context))));
        if (context.appends().size() == 1) {
            values = values.and(
                    Keys.AGGREGATE_ID, context.appends().get(0).aggregateId().toString());
        }
        return values.and(eventId(context)).and(version(context.results()));
    }

    private static int events(AppendContext context) {
        return context.appends().stream().mapToInt(each -> each.events().size()).sum();
    }

    /** Where the caller has named the one event; others get their ids in the store. */
    private static KeyValues eventId(AppendContext context) {
        List<UUID> ids = context.appends().stream()
                .flatMap(each -> each.events().stream())
                .map(NewEvent::eventId)
                .filter(Objects::nonNull)
                .limit(2)
                .toList();
        return ids.size() == 1 && events(context) == 1
                ? KeyValues.of("event.id", ids.get(0).toString())
                : KeyValues.empty();
    }

    private static KeyValues version(@Nullable List<AppendResult> results) {
        return results == null || results.size() != 1
                ? KeyValues.empty()
                : KeyValues.of("aggregate.version", Long.toString(results.get(0).lastVersion()));
    }
}
