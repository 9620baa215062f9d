package io.eventsource.autoconfigure;

import io.eventsource.subscription.SubscriptionManager;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the subscriptions last and stops them first: while they run, everything a handler may need is there. They stop
 * after the web server has finished its requests, so that what those append is still handled.
 */
final class SubscriptionLifecycle implements SmartLifecycle {

    /** Below the web server's graceful shutdown and above everything without a phase of its own. */
    static final int PHASE = DEFAULT_PHASE - 4096;

    private final SubscriptionManager manager;
    private final Duration drainTimeout;
    private volatile boolean running;

    SubscriptionLifecycle(SubscriptionManager manager, Duration drainTimeout) {
        this.manager = manager;
        this.drainTimeout = drainTimeout;
    }

    @Override
    public void start() {
        manager.start();
        running = true;
    }

    @Override
    public void stop() {
        manager.stop(drainTimeout);
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
