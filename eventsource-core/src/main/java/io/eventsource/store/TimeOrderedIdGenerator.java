package io.eventsource.store;

import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.springframework.util.IdGenerator;

/**
 * Ids of version 7 (RFC 9562): 48 bits of milliseconds, 12 bits of a counter that keeps the ids of one generator
 * rising within a millisecond, 62 random bits. Thread-safe, without a lock.
 */
final class TimeOrderedIdGenerator implements IdGenerator {

    private final Clock clock;
    private final RandomGenerator random;
    private final AtomicLong last = new AtomicLong();

    TimeOrderedIdGenerator(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    @Override
    public UUID generateId() {
        // milliseconds and counter as one number: a full counter runs into the next millisecond
        long now = clock.millis() << 12;
        long stamp = last.updateAndGet(previous -> Math.max(previous + 1, now));
        long high = (stamp >>> 12) << 16 | 0x7000L | (stamp & 0xfffL);
        long low = random.nextLong() >>> 2 | 0x8000000000000000L;
        return new UUID(high, low);
    }
}
