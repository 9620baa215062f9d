package io.eventsource.testing.process;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** What the handling thread of a projection passes after each effect: it may take its time there, or be held. */
final class Turnstile {

    private final LongConsumer held;
    private volatile Duration delay = Duration.ZERO;
    private int effectsLeft = Integer.MAX_VALUE;
    private CountDownLatch release = new CountDownLatch(0);

    /**
     * Creates one that lets everything pass.
     *
     * @param held told the position at which somebody is held
     */
    Turnstile(LongConsumer held) {
        this.held = held;
    }

    void delay(Duration newDelay) {
        delay = newDelay;
    }

    synchronized void hold(int effects) {
        effectsLeft = effects;
        release = new CountDownLatch(1);
    }

    synchronized void release() {
        effectsLeft = Integer.MAX_VALUE;
        release.countDown();
    }

    /** Passes, in the transaction of the batch. */
    void pass(long position) {
        try {
            boolean unused = new CountDownLatch(1).await(delay.toNanos(), TimeUnit.NANOSECONDS);
            CountDownLatch closed = closed();
            if (closed.getCount() > 0) {
                held.accept(position);
                closed.await();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted behind position " + position, interrupted);
        }
    }

    private synchronized CountDownLatch closed() {
        if (effectsLeft == Integer.MAX_VALUE || --effectsLeft > 0) {
            return new CountDownLatch(0);
        }
        effectsLeft = Integer.MAX_VALUE;
        return release;
    }
}
