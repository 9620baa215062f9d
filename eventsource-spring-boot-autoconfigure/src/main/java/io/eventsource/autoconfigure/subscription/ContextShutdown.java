package io.eventsource.autoconfigure.subscription;

import io.eventsource.subscription.GracefulShutdown;
import io.eventsource.subscription.SubscriptionStatuses;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.context.ConfigurableApplicationContext;

/** Closes the application, as a signal does. */
final class ContextShutdown implements GracefulShutdown {

    private final ConfigurableApplicationContext context;
    private final SubscriptionStatuses subscriptions;
    private final SubscriptionLifecycle lifecycle;
    private final AtomicBoolean requested = new AtomicBoolean();

    ContextShutdown(
            ConfigurableApplicationContext context,
            SubscriptionStatuses subscriptions,
            SubscriptionLifecycle lifecycle) {
        this.context = context;
        this.subscriptions = subscriptions;
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
        return requested.get() || subscriptions.instance().phase() != GracefulShutdown.Phase.RUNNING;
    }

    @Override
    public GracefulShutdown.Phase phase() {
        return subscriptions.instance().phase();
    }

    @Override
    public Optional<GracefulShutdown.Result> result() {
        return Optional.ofNullable(lifecycle.result());
    }
}
