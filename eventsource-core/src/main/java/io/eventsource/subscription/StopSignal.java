package io.eventsource.subscription;

import io.eventsource.time.Clocks.Ticker;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Raised once, to end everything that one start has begun. */
final class StopSignal {

    private final CountDownLatch latch = new CountDownLatch(1);

    void raise() {
        latch.countDown();
    }

    boolean raised() {
        return latch.getCount() == 0;
    }

    boolean awaitNanos(long nanos) throws InterruptedException {
        return latch.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Waits until so much time has passed by a ticker, or the stop is raised; says whether it is. */
    boolean await(Ticker ticker, Duration time) throws InterruptedException {
        return ticker.await(latch, time);
    }

    /** Waits that long, or until the stop is raised; says whether it is. */
    boolean await(long millis) throws InterruptedException {
        return latch.await(millis, TimeUnit.MILLISECONDS);
    }

    /**
     * What holds one runner besides the stop: somebody has paused it, it has stopped at an event, or it has to read its checkpoint again. Whoever
     * changes that {@link #wake}s it. Thread-safe.
     */
    static final class Gate {

        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private volatile boolean paused;
        private volatile boolean halted;
        private volatile boolean reload;

        void pause() {
            paused = true;
        }

        /** Also after it has stopped at an event. */
        void resume() {
            paused = false;
            halted = false;
        }

        /** It stops at an event. */
        void halt() {
            halted = true;
        }

        void reload() {
            reload = true;
        }

        /** The checkpoint is being read. */
        void reloading() {
            reload = false;
        }

        boolean toReload() {
            return reload;
        }

        boolean shut() {
            return paused || halted;
        }

        /** Whether no batch may begin, and no wait for one goes on. */
        boolean stops(StopSignal stop) {
            return stop.raised() || paused || reload;
        }

        /** What a runner is that waits here. */
        SubscriptionStatus.State state() {
            return paused ? SubscriptionStatus.State.PAUSED : SubscriptionStatus.State.HALTED;
        }

        /** Waits until the runner may go on, has to read its checkpoint, or is stopped. */
        void await(StopSignal stop) throws InterruptedException {
            lock.lockInterruptibly();
            try {
                while (shut() && !reload && !stop.raised()) {
                    changed.await();
                }
            } finally {
                lock.unlock();
            }
        }

        void wake() {
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
