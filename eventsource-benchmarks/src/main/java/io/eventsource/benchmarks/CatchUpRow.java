package io.eventsource.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A subscription whose handler does nothing starts at the beginning of a long log. */
record CatchUpRow(String name) implements Row {

    private static final int BATCH = 1_000;

    /** As much of the log as one event per transaction gets through in some seconds. */
    private static final int PART = 20_000;

    private static final Metric SPEED = new Metric("catch-up", "events/s");

    @Override
    public String description() {
        return "one subscription with a handler that does nothing reads a long log from its beginning";
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        int events = contenders.settings().loaded();
        EventsourceSubscriber eventsource = contenders.eventsourceSubscriber();
        AxonSubscriber axon = contenders.axonSubscriber();
        eventsource.reset(events);
        axon.reset(events);
        int part = Math.min(PART, events);
        return List.of(
                new Entrant(eventsource.name(), time -> measure(eventsource, events, events)),
                new Entrant("%s (first %,d events)".formatted(axon.name(), part), time -> measure(axon, part, events)),
                entrant(axon.inBatchesOf(BATCH), events));
    }

    private static Entrant entrant(Subscriber subscriber, int events) {
        return new Entrant(subscriber.name(), time -> measure(subscriber, events, events));
    }

    private static Map<Metric, Double> measure(Subscriber subscriber, int part, int events) throws Exception {
        subscriber.forget();
        Tally tally = new Tally();
        Map<Metric, Double> measured = new LinkedHashMap<>();
        Cost.Used before = Cost.soFar(subscriber.database());
        long start = System.nanoTime();
        subscriber.during(List.of(tally), log -> {
            tally.await(part);
            measured.put(SPEED, part * 1e9 / (System.nanoTime() - start));
            measured.putAll(Cost.since(before, subscriber.database()).of(part));
            return part;
        });
        if (part == events) {
            tally.requireExactly(events);
        }
        return measured;
    }
}
