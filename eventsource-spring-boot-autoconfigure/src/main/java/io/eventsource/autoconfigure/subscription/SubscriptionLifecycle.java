package io.eventsource.autoconfigure.subscription;

import io.eventsource.autoconfigure.lifecycle.HurriedStop;
import io.eventsource.autoconfigure.lifecycle.LifecyclePhase;
import io.eventsource.subscription.GracefulShutdown;
import io.eventsource.subscription.SubscriptionOperations;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the subscriptions last and stops them first: while they run, everything a handler may need is there. They stop
 * after the web server has finished its requests, so that what those append is still handled. The result is logged and published
 * as an event of the application.
 */
final class SubscriptionLifecycle implements SmartLifecycle {

    private final SubscriptionOperations subscriptions;
    private final Duration shutdownTimeout;
    private final HurriedStop hurried;
    private final ApplicationEventPublisher publisher;
    private volatile boolean running;
    private volatile GracefulShutdown.@Nullable Result result;

    SubscriptionLifecycle(
            SubscriptionOperations subscriptions,
            Duration shutdownTimeout,
            HurriedStop hurried,
            ApplicationEventPublisher publisher) {
        this.subscriptions = subscriptions;
        this.shutdownTimeout = shutdownTimeout;
        this.hurried = hurried;
        this.publisher = publisher;
    }

    @Override
    public void start() {
        subscriptions.start();
        running = true;
    }

    @Override
    public void stop() {
        GracefulShutdown.Result stopped =
                hurried.run("subscriptions", () -> subscriptions.shutDown(hurried.drainTimeout(), shutdownTimeout));
        result = stopped;
        running = false;
        publisher.publishEvent(stopped);
    }

    /** What came of the last stop; null before it. */
    GracefulShutdown.@Nullable Result result() {
        return result;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return LifecyclePhase.SUBSCRIPTIONS.value();
    }
}
