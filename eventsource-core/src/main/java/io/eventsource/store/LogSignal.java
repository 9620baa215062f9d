package io.eventsource.store;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Says within one JVM that the log may have grown. A hint: readers that miss it find the events by polling. Signals that
 * arrive while nobody waits are kept as one. For one reader: of several that wait, a signal is sure to reach only one.
 * Thread-safe.
 */
public final class LogSignal {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition raised = lock.newCondition();
    private boolean pending;

    /** Creates a signal that has not been raised. */
    public LogSignal() {}

    /** Wakes the waiting reader, or the next one to wait. */
    public void raise() {
        lock.lock();
        try {
            pending = true;
            raised.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the signal and takes it back.
     *
     * @param timeout how long at most
     * @throws InterruptedException when the thread is interrupted
     */
    public void await(Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (!pending && left > 0) {
                left = raised.awaitNanos(left);
            }
            pending = false;
        } finally {
            lock.unlock();
        }
    }
}
