package io.eventsource.benchmarks;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * From the commit of an event to its handler, by the machine's wall clock, which several JVMs share. What was in the log
 * before does not count.
 */
public final class Latencies implements LineHandler {

    private static final Row.Metric MEDIAN = new Row.Metric("p50", "ms");
    private static final Row.Metric TAIL = new Row.Metric("p99", "ms");
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final long POLL_NANOS = 1_000_000;

    private final int before;
    private final Tally old = new Tally();
    private final Map<UUID, Long> committed = new ConcurrentHashMap<>();
    private final Map<UUID, Long> handled = new ConcurrentHashMap<>();
    private final AtomicLong repeated = new AtomicLong();

    /**
     * Begins without any event.
     *
     * @param before how many events are in the log already
     */
    public Latencies(int before) {
        this.before = before;
    }

    /** The wall clock in microseconds. */
    public static long now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Clock.systemUTC().instant());
    }

    @Override
    public void handle(UUID stream, OrderLineAdded line) {
        long now = now();
        if (old.events() < before) {
            old.handle(stream, line);
        } else if (handled.putIfAbsent(stream, now) != null) {
            repeated.incrementAndGet();
        }
    }

    /** Waits until what was in the log before has been handled. */
    public void awaitCaughtUp() {
        old.await(before);
    }

    /**
     * Takes down a commit.
     *
     * @param stream the stream of one event
     * @param micros when its append returned
     */
    public void committed(UUID stream, long micros) {
        committed.put(stream, micros);
    }

    /**
     * Waits until all committed events are handled.
     *
     * @throws IllegalStateException when they do not come
     */
    public void awaitHandled() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!handled.keySet().containsAll(committed.keySet())) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("After %s only %,d of %,d events were handled"
                        .formatted(PATIENCE, handled.size(), committed.size()));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /**
     * What was measured, after the subscription has been stopped.
     *
     * @param unreported how many events were appended beside those whose commit was taken down
     * @throws IllegalStateException when not each event was handled once
     */
    public Map<Row.Metric, Double> measured(int unreported) {
        if (committed.isEmpty() || repeated.get() > 0 || handled.size() != committed.size() + unreported) {
            throw new IllegalStateException("%,d events were handled, %,d of them again, but there are %,d"
                    .formatted(handled.size(), repeated.get(), committed.size() + unreported));
        }
        long[] micros = committed.entrySet().stream()
                .mapToLong(event -> handled.getOrDefault(event.getKey(), Long.MAX_VALUE) - event.getValue())
                .sorted()
                .toArray();
        Map<Row.Metric, Double> measured = new LinkedHashMap<>();
        measured.put(MEDIAN, quantile(micros, 0.5));
        measured.put(TAIL, quantile(micros, 0.99));
        return measured;
    }

    private static double quantile(long[] sortedMicros, double quantile) {
        return sortedMicros[(int) (quantile * (sortedMicros.length - 1))] / 1e3;
    }
}
