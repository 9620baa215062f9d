package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/**
 * Callers append to streams of their own while somebody's open transaction holds another stream, and one more caller waits
 * for that one; beside the same without the transaction.
 */
record BusyStreamRow(String name, int callers) implements Row {

    private static final List<OrderLineAdded> LINES = List.of(OrderLineAdded.of(1));
    private static final Metric MEDIAN = new Metric("p50", "µs");
    private static final Metric TAIL = new Metric("p99", "µs");

    @Override
    public String description() {
        return "%d callers append to streams of their own while a transaction holds another one".formatted(callers);
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        EventsourceContender contender = contenders.eventsource();
        int fill = contenders.settings().fill();
        return List.of(
                new Entrant("one stream held", time -> {
                    contender.reset(fill);
                    return whileHeld(contender, () -> measure(contender, time));
                }),
                new Entrant("no stream held", time -> {
                    contender.reset(fill);
                    return measure(contender, time);
                }));
    }

    private static <T> T whileHeld(Contender contender, Measurement<T> measurement) throws Exception {
        UUID stream = FilledStreams.id(1);
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<Void> holder = onThread(() -> contender.transactions().executeWithoutResult(status -> {
            contender.append(stream, 10, LINES);
            held.countDown();
            await(end);
        }));
        await(held);
        CompletableFuture<Void> waiting = onThread(() -> contender.append(stream, 11, LINES));
        try {
            return measurement.take();
        } finally {
            end.countDown();
            holder.join();
            waiting.join();
        }
    }

    /** Something that takes a while. */
    private interface Measurement<T> {

        T take() throws Exception;
    }

    private static CompletableFuture<Void> onThread(Runnable task) {
        return CompletableFuture.runAsync(task, command -> new Thread(command, "busy-stream").start());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    private Map<Metric, Double> measure(Contender contender, Duration time) throws Exception {
        Supplier<Callers.Call> writer = () -> new StreamWriter(contender, LINES);
        Callers.Outcome outcome = Callers.run(callers, time, contender.database(), writer);
        Map<Metric, Double> measured = new LinkedHashMap<>();
        measured.put(MEDIAN, outcome.micros(0.5));
        measured.put(TAIL, outcome.micros(0.99));
        measured.putAll(outcome.cost(1));
        return measured;
    }
}
