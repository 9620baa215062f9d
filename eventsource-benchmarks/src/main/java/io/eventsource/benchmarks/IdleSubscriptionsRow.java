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
    private static final int TIMES = 3;
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

    /** Idles once for this time and once for twice as long, so that what starting and stopping cost cancels out. */
    private Map<Metric, Double> measure(Database database, Database elsewhere, int fill, Duration time)
            throws Exception {
        Duration settling = time.multipliedBy(2);
        Idled once = idle(database, elsewhere, fill, settling, time);
        Idled twice = idle(database, elsewhere, fill, settling, time.multipliedBy(2));
        return Map.of(
                CONNECTIONS,
                twice.connections(),
                TRANSACTIONS,
                (twice.transactions() - once.transactions()) / (twice.seconds() - once.seconds()));
    }

    /** What was counted meanwhile, and while the subscriptions stopped. */
    private record Idled(double transactions, double seconds, double connections) {}

    private Idled idle(Database database, Database elsewhere, int fill, Duration settling, Duration time)
            throws Exception {
        List<Tally> tallies =
                IntStream.range(0, subscriptions).mapToObj(i -> new Tally()).toList();
        ServerCounts counts = new ServerCounts(elsewhere, database);
        database.jdbc().update("DELETE FROM eventsource.projection_checkpoints");
        long before;
        double seconds;
        double connections;
        try (Database own = database.another()) {
            try (EventsourceLog log = EventsourceLog.start(own, tallies)) {
                tallies.forEach(tally -> tally.await(fill));
                counts.settle(settling);
                before = counts.transactions(own);
                long start = System.nanoTime();
                Thread.sleep(time.toMillis());
                seconds = (System.nanoTime() - start) / 1e9;
                connections = counts.connectionsBeyond(log.database());
            }
        }
        tallies.forEach(tally -> tally.requireExactly(fill));
        return new Idled(counts.transactionsAfterClosing() - before, seconds, connections);
    }
}
