package io.eventsource.signal;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Says within one JVM that the log may have grown. A hint: readers that miss it find the events by polling. Signals that
 * arrive while nobody waits are kept as one. For one reader: of several that wait, a signal is sure to reach only one.
 * A {@link SignalRelay} carries it to other processes. Thread-safe.
 */
public final class LogSignal {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition raised = lock.newCondition();
    private boolean pending;
    private volatile @Nullable Runnable relay;
    private volatile @Nullable Runnable announcementRelay;
    private volatile @Nullable Runnable announcementListener;
    private volatile boolean hearingOthers;

    /** Creates a signal that has not been raised. */
    public LogSignal() {}

    /** Wakes the waiting reader, or the next one to wait, and has other processes told: this one has committed events. */
    public void raise() {
        wake();
        Runnable current = relay;
        if (current != null) {
            current.run();
        }
    }

    /** Wakes the waiting reader, or the next one to wait, of this JVM alone. */
    public void wake() {
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

    /**
     * Whether commits of other processes arrive here at the moment. Where they do not, events of others are found by polling
     * alone.
     *
     * @return whether the relay hears its own heartbeat
     */
    public boolean hearingOthers() {
        return hearingOthers;
    }

    void hearingOthers(boolean hearing) {
        hearingOthers = hearing;
    }

    /** Raises it when the calling thread's transaction has committed. Does nothing where the thread has no transaction to follow. */
    public void raiseAfterCommit() {
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    raise();
                }
            });
        }
    }

    /** Has other processes told that segments of subscriptions have become free, changed hands, or been changed. */
    public void announce() {
        Runnable current = announcementRelay;
        if (current != null) {
            current.run();
        }
    }

    /**
     * Calls this whenever another process has announced something about segments, or may have. There is one listener at most.
     *
     * @param listener what to call; must return at once and never fail
     */
    public void onAnnouncement(Runnable listener) {
        announcementListener = listener;
    }

    /** Has this process look at the segments: another one has announced something, or may have. */
    public void announced() {
        Runnable current = announcementListener;
        if (current != null) {
            current.run();
        }
    }

    /**
     * Where to carry what is raised and announced here.
     *
     * @param newRelay called after each {@link #raise()}, on the thread that raises; must return at once and never fail
     * @param newAnnouncementRelay called after each {@link #announce()}, likewise
     */
    void relayTo(Runnable newRelay, Runnable newAnnouncementRelay) {
        relay = newRelay;
        announcementRelay = newAnnouncementRelay;
    }

    void relayToNobody() {
        relay = null;
        announcementRelay = null;
    }
}
