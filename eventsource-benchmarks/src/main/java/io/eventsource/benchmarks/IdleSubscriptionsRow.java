package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What subscriptions cost that have nothing to do.
 *
 * @param name the row's name
 * @param subscriptions how many
 */
record IdleSubscriptionsRow(String name, int subscriptions) implements Row {

    private static final int MOST_EVENTS = 1_000;
    private static final int TIMES = 10;
    private static final Metric TRANSACTIONS = new Metric("transactions", "per second");
    private static final Metric CONNECTIONS = new Metric("connections beyond the pool", "connections");

    @Override
    public String description() {
        return "%d subscriptions with nothing to do: what the server counts".formatted(subscriptions);
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        EventsourceSubscriber subscriber = contenders.eventsourceSubscriber();
        int fill = Math.min(MOST_EVENTS, contenders.settings().fill());
        return List.of(new Entrant(subscriber.name(), time -> {
            subscriber.reset(fill);
            return measure(subscriber.database(), contenders.elsewhere(), fill, time.multipliedBy(TIMES));
        }));
    }

    private Map<Metric, Double> measure(Database database, Database elsewhere, int fill, Duration time)
            throws Exception {
        List<Tally> tallies =
                IntStream.range(0, subscriptions).mapToObj(i -> new Tally()).toList();
        ServerCounts counts = new ServerCounts(elsewhere, database);
        database.jdbc().update("DELETE FROM eventsource.projection_checkpoints");
        Map<Metric, Double> measured;
        try (Database own = database.another()) {
            try (EventsourceLog log = EventsourceLog.start(own, tallies)) {
                tallies.forEach(tally -> tally.await(fill));
                counts.settle(time);
                long before = counts.transactions(own);
                long start = System.nanoTime();
                Thread.sleep(time.toMillis());
                long meanwhile = counts.transactions(own) - before;
                measured = Map.of(
                        CONNECTIONS,
                        (double) counts.connectionsBeyond(log.database()),
                        TRANSACTIONS,
                        meanwhile / ((System.nanoTime() - start) / 1e9));
            }
        }
        tallies.forEach(tally -> tally.requireExactly(fill));
        return measured;
    }
}
