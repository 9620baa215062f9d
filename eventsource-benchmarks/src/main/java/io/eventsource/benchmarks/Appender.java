package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Appends a single event now and then: every 20 ms or so, at no fixed beat, so that no poll keeps step with it. */
final class Appender {

    private static final long SHORTEST_PAUSE = 10_000_000;
    private static final long LONGEST_PAUSE = 30_000_000;

    private Appender() {}

    /** Told of an event, when its append has returned. */
    interface Witness {

        void committed(UUID stream, long micros);
    }

    /**
     * Appends for some time, once at least.
     *
     * @param time how long
     * @param append appends an event to a new stream
     * @param witness told of each
     */
    static void run(Duration time, Consumer<UUID> append, Witness witness) {
        long end = System.nanoTime() + time.toNanos();
        do {
            UUID stream = UUID.randomUUID();
            append.accept(stream);
            witness.committed(stream, Latencies.now());
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(SHORTEST_PAUSE, LONGEST_PAUSE));
        } while (System.nanoTime() < end);
    }
}
