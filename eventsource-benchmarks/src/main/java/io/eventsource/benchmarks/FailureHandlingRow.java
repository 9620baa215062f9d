package io.eventsource.benchmarks;

import java.util.List;
import java.util.Map;

/**
 * What it costs to be ready for failures while none occurs: a subscription reads a long log beside a loop that ends at the first failure.
 * Counted from the first tenth of the log on, so that neither's start is in the figure.
 */
record FailureHandlingRow(String name) implements Row {

    private static final int TENTH = 10;
    private static final Metric SPEED = new Metric("catch-up", "events/s");

    @Override
    public String description() {
        return "a subscription in which nothing fails reads a long log beside a loop that handles no failures";
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        int events = contenders.settings().loaded();
        EventsourceSubscriber subscriber = contenders.eventsourceSubscriber();
        subscriber.reset(events);
        UnguardedLoop loop = UnguardedLoop.in(subscriber.database());
        return List.of(
                new Entrant(subscriber.name(), time -> {
                    subscriber.forget();
                    Tally tally = new Tally();
                    long took = subscriber.during(List.of(tally), log -> nanos(tally, events));
                    return speed(tally, events, took);
                }),
                new Entrant("unguarded loop", time -> {
                    Tally tally = new Tally();
                    long took = loop.during(tally, () -> nanos(tally, events));
                    return speed(tally, events, took);
                }));
    }

    private static long nanos(Tally tally, int events) {
        tally.await(events / TENTH);
        int before = (int) tally.events();
        long start = System.nanoTime();
        tally.await(events);
        return (System.nanoTime() - start) * events / (events - before);
    }

    private static Map<Metric, Double> speed(Tally tally, int events, long took) {
        tally.requireExactly(events);
        return Map.of(SPEED, events * 1e9 / took);
    }
}
