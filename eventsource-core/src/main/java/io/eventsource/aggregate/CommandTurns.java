package io.eventsource.aggregate;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Lines up the commands of this JVM on contended aggregates, first come first served. Without it whoever has lost several
 * times competes with those who come fresh, and a bounded number of retries runs out by bad luck alone. A command queues up
 * when it has lost once or when somebody else is queueing; one that meets nobody takes no lock. The order is only for fairness: the
 * store decides who wins. Thread-safe.
 */
final class CommandTurns {

    private static final int STRIPES = 256;

    /** After so long a command goes on without its turn, so that commands inside commands cannot block each other for ever. */
    private static final long PATIENCE_NANOS = Duration.ofSeconds(2).toNanos();

    private final ReentrantLock[] locks =
            Stream.generate(() -> new ReentrantLock(true)).limit(STRIPES).toArray(ReentrantLock[]::new);

    Turn of(UUID aggregateId) {
        return new Turn(locks[Math.floorMod(aggregateId.hashCode(), STRIPES)]);
    }

    /** The turn of one command. Used by one thread. */
    static final class Turn implements AutoCloseable {

        private final ReentrantLock lock;
        private boolean attempted;
        private boolean taken;

        private Turn(ReentrantLock lock) {
            this.lock = lock;
        }

        /** Waits for the turn before an attempt, if the aggregate is contended. */
        void take() {
            boolean contended = attempted || lock.isLocked();
            attempted = true;
            // in a transaction the thread may hold row locks that whoever has the turn is waiting for
            if (contended && !taken && !TransactionSynchronizationManager.isActualTransactionActive()) {
                try {
                    taken = lock.tryLock(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
                } catch (InterruptedException interrupted) {
                    // the attempt itself decides what an interrupt means
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public void close() {
            if (taken) {
                lock.unlock();
            }
        }
    }
}
