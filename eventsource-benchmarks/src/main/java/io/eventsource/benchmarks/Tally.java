package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A handler that does nothing but count. */
public final class Tally implements LineHandler {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long POLL_NANOS = 500_000;

    private final AtomicLong events = new AtomicLong();

    @Override
    public void handle(UUID stream, OrderLineAdded line) {
        events.incrementAndGet();
    }

    /** Counts many events at once. */
    public void add(int count) {
        events.addAndGet(count);
    }

    long events() {
        return events.get();
    }

    /**
     * Waits until so many events were handled.
     *
     * @throws IllegalStateException when no event comes for long
     */
    public void await(long expected) {
        long seen = events.get();
        long since = System.nanoTime();
        while (seen < expected) {
            long now = events.get();
            if (now > seen) {
                since = System.nanoTime();
            } else if (System.nanoTime() - since > PATIENCE.toNanos()) {
                throw new IllegalStateException(
                        "Only %,d of %,d events were handled, and none for %s".formatted(seen, expected, PATIENCE));
            }
            seen = now;
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /**
     * Checks, after the subscription has been stopped, that it saw each event once.
     *
     * @throws IllegalStateException when not
     */
    public void requireExactly(long expected) {
        if (events.get() != expected) {
            throw new IllegalStateException(
                    "%,d events were handled, but there are %,d".formatted(events.get(), expected));
        }
    }
}
