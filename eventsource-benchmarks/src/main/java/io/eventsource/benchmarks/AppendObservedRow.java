package io.eventsource.benchmarks;

import io.eventsource.store.EventStore;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Concurrent callers append one event each, through the decorator of observations while nobody is told, and without it. */
record AppendObservedRow(String name, int callers) implements Row {

    private static final int RUN_UP = 10;
    private static final int APPENDS_PER_STREAM = 10;

    @Override
    public String description() {
        return "%d callers append 1 event each, with observations that nobody is told of or without observations"
                .formatted(callers);
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        EventsourceContender contender = contenders.eventsource();
        int fill = contenders.settings().fill();
        return List.of(
                new Entrant("observed by nobody", time -> {
                    contender.reset(fill);
                    return measure(contender.observed(ObservationRegistry.create()), contender.database(), time);
                }),
                new Entrant("not observed", time -> {
                    contender.reset(fill);
                    return measure(contender.store(), contender.database(), time);
                }));
    }

    private Map<Metric, Double> measure(EventStore store, Database database, Duration time) throws Exception {
        Callers.run(callers, time.dividedBy(RUN_UP), database, () -> new Writer(store));
        return Callers.run(callers, time, database, () -> new Writer(store)).measured(1);
    }

    /** Fills stream after stream. */
    private static final class Writer implements Callers.Call {

        private final EventStore store;
        private UUID stream = UUID.randomUUID();
        private int appends;

        Writer(EventStore store) {
            this.store = store;
        }

        @Override
        public void run() {
            if (appends == APPENDS_PER_STREAM) {
                stream = UUID.randomUUID();
                appends = 0;
            }
            store.append(
                    StreamAppend.to("order", stream, OrderLineAdded.of(1)).expecting(ExpectedVersion.exact(appends)));
            appends++;
        }
    }
}
