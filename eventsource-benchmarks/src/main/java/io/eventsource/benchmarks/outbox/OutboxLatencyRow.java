package io.eventsource.benchmarks.outbox;

import io.eventsource.benchmarks.Contenders;
import io.eventsource.benchmarks.Latencies;
import io.eventsource.benchmarks.OrderLineAdded;
import io.eventsource.benchmarks.Row;
import io.eventsource.benchmarks.outbox.OutboxContender.Application;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * From the commit of an event to its receiver, at a steady rate.
 *
 * @param name the row's name
 * @param perSecond how many events are written in a second
 */
record OutboxLatencyRow(String name, int perSecond) implements Row {

    private static final OrderLineAdded LINE = OrderLineAdded.of(1);

    @Override
    public String description() {
        return "from commit to receiver while one caller writes %d events/s".formatted(perSecond);
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        return Outboxes.of(contenders).outboxes().stream()
                .map(outbox -> new Entrant(outbox.name(), time -> measure(outbox, time)))
                .toList();
    }

    private Map<Metric, Double> measure(OutboxContender outbox, Duration time) {
        outbox.reset();
        Latencies latencies = new Latencies(1);
        try (Application application = outbox.start(stream -> latencies.handle(UUID.fromString(stream), LINE))) {
            // the first one finds a relay that has just started
            application.write(UUID.randomUUID().toString(), 1);
            latencies.awaitCaughtUp();
            write(application, time, latencies);
            latencies.awaitHandled();
        }
        return latencies.measured(0);
    }

    /** By a fixed beat; one that is missed is not made up for. */
    private void write(Application application, Duration time, Latencies latencies) {
        long beat = Duration.ofSeconds(1).toNanos() / perSecond;
        long next = System.nanoTime();
        long end = next + time.toNanos();
        do {
            UUID stream = UUID.randomUUID();
            application.write(stream.toString(), 1);
            latencies.committed(stream, Latencies.now());
            next = Math.max(next + beat, System.nanoTime());
            while (System.nanoTime() < next) {
                LockSupport.parkNanos(next - System.nanoTime());
            }
        } while (System.nanoTime() < end);
    }
}
