package io.eventsource.testing.process;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.signal.LogSignal;
import io.eventsource.testing.RandomAppends;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** {@link RandomAppends} by some threads of this JVM until it is closed, whatever becomes of the database meanwhile. */
public final class Traffic implements AutoCloseable {

    private final RandomAppends appends;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final List<Thread> writers = new ArrayList<>();
    private final AtomicInteger committed = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    /**
     * Begins.
     *
     * @param pool where the writers get their connections
     * @param writers how many there are
     * @param pause the longest pause of a writer between two transactions
     */
    public Traffic(HikariDataSource pool, int writers, Duration pause, long seed) {
        this.appends = new RandomAppends(pool, new LogSignal());
        for (int i = 0; i < writers; i++) {
            Random random = new Random(seed + i);
            Thread thread = new Thread(() -> write(random, pause), "writer-" + i);
            this.writers.add(thread);
            thread.start();
        }
    }

    private void write(Random random, Duration pause) {
        try {
            do {
                try {
                    appends.next(random);
                    committed.incrementAndGet();
                } catch (RuntimeException struck) {
                    // whether it was committed or not, the log knows
                    failed.incrementAndGet();
                }
            } while (!ended.await((long) (random.nextDouble() * pause.toNanos()), TimeUnit.NANOSECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** How many transactions committed and know it, among them those that wanted to be rolled back. */
    public int committed() {
        return committed.get();
    }

    /** How many failed, as far as they know. */
    public int failed() {
        return failed.get();
    }

    @Override
    public void close() {
        ended.countDown();
        try {
            for (Thread each : writers) {
                each.join();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
