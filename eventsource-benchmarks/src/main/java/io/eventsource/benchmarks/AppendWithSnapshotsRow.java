package io.eventsource.benchmarks;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.snapshot.Snapshots.Settings.SnapshotMode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Concurrent callers save aggregates of their own, one event each time, with background snapshots and without. */
record AppendWithSnapshotsRow(String name, int callers) implements Row {

    private static final int RUN_UP = 10;
    private static final int EVENTS_PER_STREAM = 500;
    private static final int QUEUE = 1_000;

    @Override
    public String description() {
        return "%d callers save one event each, with a background snapshot after every 100 events or without"
                .formatted(callers);
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        EventsourceContender contender = contenders.eventsource();
        int fill = contenders.settings().fill();
        return List.of(
                new Entrant("with snapshots", time -> {
                    contender.reset(fill);
                    ExecutorService background =
                            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE));
                    Map<Metric, Double> measured =
                            measure(contender.orders(SnapshotMode.BACKGROUND, background), contender.database(), time);
                    background.shutdown();
                    if (!background.awaitTermination(1, TimeUnit.MINUTES)) {
                        throw new IllegalStateException("Snapshots are still waiting");
                    }
                    return measured;
                }),
                new Entrant("without snapshots", time -> {
                    contender.reset(fill);
                    return measure(contender.orders(), contender.database(), time);
                }));
    }

    private Map<Metric, Double> measure(AggregateRepository<Order> orders, Database database, Duration time)
            throws Exception {
        Callers.run(callers, time.dividedBy(RUN_UP), database, () -> new Saver(orders));
        return Callers.run(callers, time, database, () -> new Saver(orders)).measured(1);
    }

    /** Keeps its aggregate, so that only saving is measured. */
    private static final class Saver implements Callers.Call {

        private final AggregateRepository<Order> orders;
        private Order order;

        Saver(AggregateRepository<Order> orders) {
            this.orders = orders;
            this.order = orders.create(UUID.randomUUID());
        }

        @Override
        public void run() {
            if (order.version() == EVENTS_PER_STREAM) {
                order = orders.create(UUID.randomUUID());
            }
            order.add(OrderLineAdded.of(1));
            orders.save(order);
        }
    }
}
