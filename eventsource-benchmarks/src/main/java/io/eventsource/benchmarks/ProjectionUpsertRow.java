package io.eventsource.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** A projection that does one upsert for each event reads a log from its beginning. */
record ProjectionUpsertRow(String name) implements Row {

    /** As much as gets done in some seconds. */
    private static final int MOST_EVENTS = 20_000;

    private static final Metric SPEED = new Metric("projected", "events/s");

    @Override
    public String description() {
        return "one projection does an upsert for each event of a log, from its beginning";
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        int events = Math.min(MOST_EVENTS, contenders.settings().loaded());
        EventsourceSubscriber eventsource = contenders.eventsourceSubscriber();
        eventsource.reset(events);
        OrderTotals totals = new OrderTotals(eventsource.database().jdbc());
        return List.of(
                new Entrant(
                        eventsource.name(),
                        time -> measure(eventsource, totals, events, tally -> (stream, line) -> {
                            totals.handle(stream, line);
                            tally.handle(stream, line);
                        })),
                new Entrant(
                        "eventsource, handler of batches",
                        time -> measure(eventsource, totals, events, tally -> inBatches(totals, tally))),
                byHand("by hand", new HandwrittenProjection(eventsource.database(), false), totals, events),
                byHand(
                        "by hand (upserts sent together)",
                        new HandwrittenProjection(eventsource.database(), true),
                        totals,
                        events));
    }

    private static LineHandler.OfBatches inBatches(OrderTotals totals, Tally tally) {
        return new LineHandler.OfBatches() {
            @Override
            public void handle(UUID stream, OrderLineAdded line) {
                throw new IllegalStateException("A handler of batches gets batches");
            }

            @Override
            public void handle(List<UUID> streams, List<OrderLineAdded> lines) {
                totals.handle(streams, lines);
                tally.add(lines.size());
            }
        };
    }

    private static Map<Metric, Double> measure(
            EventsourceSubscriber eventsource, OrderTotals totals, int events, Function<Tally, LineHandler> handler)
            throws Exception {
        totals.reset();
        eventsource.forget();
        Tally tally = new Tally();
        long start = System.nanoTime();
        long end = eventsource.during(List.of(handler.apply(tally)), log -> {
            tally.await(events);
            return System.nanoTime();
        });
        tally.requireExactly(events);
        totals.requireExactly(events);
        return Map.of(SPEED, events * 1e9 / (end - start));
    }

    private static Entrant byHand(String name, HandwrittenProjection projection, OrderTotals totals, int events) {
        return new Entrant(name, time -> {
            totals.reset();
            projection.reset();
            long start = System.nanoTime();
            projection.run();
            long end = System.nanoTime();
            totals.requireExactly(events);
            return Map.of(SPEED, events * 1e9 / (end - start));
        });
    }
}
