package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * Business transactions append and then work on for two seconds, while somebody else appends events of no concern to them:
 * how long does it take from the commit of those until the log's high-water mark covers them?
 */
record SlowTransactionRow(String name) implements Row {

    private static final int SLOW_CALLERS = 4;
    private static final int TRANSACTIONS = 3;
    private static final Duration WORK = Duration.ofSeconds(2);
    private static final long PAUSE_NANOS = 10_000_000;
    private static final long POLL_NANOS = 500_000;
    private static final List<OrderLineAdded> LINES = List.of(OrderLineAdded.of(1));
    private static final Metric MEDIAN = new Metric("p50", "ms");
    private static final Metric TAIL = new Metric("p99", "ms");

    @Override
    public String description() {
        return "%d callers append and work %d s in one transaction; from the commit of other events to the mark"
                .formatted(SLOW_CALLERS, WORK.toSeconds());
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        return List.of(
                entrant("append timing deferred", contenders.eventsource(), contenders),
                entrant("append timing immediate", contenders.immediate(), contenders));
    }

    private static Entrant entrant(String name, EventsourceContender contender, Contenders contenders) {
        return new Entrant(name, time -> {
            contender.reset(contenders.settings().fill());
            return measure(contender, time.compareTo(WORK) < 0 ? time : WORK);
        });
    }

    /** An event that has been committed. */
    private record Committed(long position, long at) {}

    private static Map<Metric, Double> measure(EventsourceContender contender, Duration work) throws Exception {
        contender.highWaterMark().advance();
        ExecutorService threads = Executors.newFixedThreadPool(SLOW_CALLERS + 1);
        try {
            Queue<Committed> committed = new ConcurrentLinkedQueue<>();
            long end = System.nanoTime() + TRANSACTIONS * work.toNanos();
            List<Future<?>> tasks = new ArrayList<>();
            for (int i = 0; i < SLOW_CALLERS; i++) {
                tasks.add(threads.submit(() -> workUntil(end, contender, work)));
            }
            tasks.add(threads.submit(() -> appendUntil(end, contender, committed)));
            List<Long> nanos = follow(contender, committed, tasks);
            for (Future<?> task : tasks) {
                task.get();
            }
            Map<Metric, Double> measured = new LinkedHashMap<>();
            measured.put(MEDIAN, millis(nanos, 0.5));
            measured.put(TAIL, millis(nanos, 0.99));
            return measured;
        } finally {
            threads.shutdownNow();
        }
    }

    private static void workUntil(long end, Contender contender, Duration work) {
        while (System.nanoTime() < end) {
            contender.transactions().executeWithoutResult(status -> {
                contender.append(UUID.randomUUID(), 0, LINES);
                LockSupport.parkNanos(work.toNanos());
            });
        }
    }

    private static void appendUntil(long end, EventsourceContender contender, Queue<Committed> committed) {
        while (System.nanoTime() < end) {
            long position = contender.appendAt(UUID.randomUUID(), LINES);
            committed.add(new Committed(position, System.nanoTime()));
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Advances the mark until everything is done and covered. */
    private static List<Long> follow(
            EventsourceContender contender, Queue<Committed> committed, List<Future<?>> tasks) {
        List<Long> nanos = new ArrayList<>();
        Queue<Committed> open = new ArrayDeque<>();
        boolean done = false;
        while (!done || !open.isEmpty()) {
            done = tasks.stream().allMatch(Future::isDone);
            for (Committed next = committed.poll(); next != null; next = committed.poll()) {
                open.add(next);
            }
            long mark = contender.highWaterMark().advance();
            long now = System.nanoTime();
            for (Committed next = open.peek(); next != null && next.position() <= mark; next = open.peek()) {
                nanos.add(now - next.at());
                open.remove();
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return nanos.stream().sorted().toList();
    }

    private static double millis(List<Long> sorted, double quantile) {
        return sorted.get((int) (quantile * (sorted.size() - 1))) / 1e6;
    }
}
