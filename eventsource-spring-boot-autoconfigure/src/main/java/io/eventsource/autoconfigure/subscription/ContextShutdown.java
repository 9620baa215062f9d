package io.eventsource.autoconfigure.subscription;

import io.eventsource.subscription.GracefulShutdown;
import io.eventsource.subscription.ShutdownResult;
import io.eventsource.subscription.SubscriptionManager;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.context.ConfigurableApplicationContext;

/** Closes the application, as a signal does. */
final class ContextShutdown implements GracefulShutdown {

    private final ConfigurableApplicationContext context;
    private final SubscriptionManager manager;
    private final SubscriptionLifecycle lifecycle;
    private final AtomicBoolean requested = new AtomicBoolean();

    ContextShutdown(
            ConfigurableApplicationContext context, SubscriptionManager manager, SubscriptionLifecycle lifecycle) {
        this.context = context;
        this.manager = manager;
        this.lifecycle = lifecycle;
    }

    @Override
    public void request() {
        if (requested.compareAndSet(false, true)) {
            // whoever asks may be a request or a handler, which closing waits for
            new Thread(context::close, "eventsource-shutdown").start();
        }
    }

    @Override
    public boolean shuttingDown() {
        return requested.get() || manager.instance().phase() != ShutdownResult.Phase.RUNNING;
    }

    @Override
    public ShutdownResult.Phase phase() {
        return manager.instance().phase();
    }

    @Override
    public Optional<ShutdownResult> result() {
        return Optional.ofNullable(lifecycle.result());
    }
}
