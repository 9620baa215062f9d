package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * From the commit of an event to the broker, at a steady rate.
 *
 * @param name the row's name
 * @param perSecond how many events are appended in a second
 */
record OutboxLatencyRow(String name, int perSecond) implements Row {

    private static final OrderLineAdded LINE = OrderLineAdded.of(1);

    @Override
    public String description() {
        return "from commit to broker while one caller appends %d events/s".formatted(perSecond);
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        int fill = contenders.settings().fill();
        return List.of(new Entrant("eventsource", time -> measure(contenders.outbox(), fill, time)));
    }

    private Map<Metric, Double> measure(EventsourceOutbox outbox, int fill, Duration time) {
        outbox.reset(fill);
        Latencies latencies = new Latencies(fill);
        CountingTransport transport =
                new CountingTransport(new Tally(), message -> latencies.handle(UUID.fromString(message.key()), LINE));
        try (EventsourceLog log = outbox.publish(transport)) {
            latencies.awaitCaughtUp();
            append(log, time, latencies);
            latencies.awaitHandled();
        }
        return latencies.measured(0);
    }

    /** By a fixed beat; one that is missed is not made up for. */
    private void append(EventsourceLog log, Duration time, Latencies latencies) {
        long beat = Duration.ofSeconds(1).toNanos() / perSecond;
        long next = System.nanoTime();
        long end = next + time.toNanos();
        do {
            UUID stream = UUID.randomUUID();
            log.append(stream);
            latencies.committed(stream, Latencies.now());
            next = Math.max(next + beat, System.nanoTime());
            while (System.nanoTime() < next) {
                LockSupport.parkNanos(next - System.nanoTime());
            }
        } while (System.nanoTime() < end);
    }
}
