package io.eventsource.autoconfigure.health;

import io.eventsource.subscription.SubscriptionStatuses;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether the threads are alive that follow the log and share out segments. They survive whatever happens to the database; if one is gone,
 * only a restart brings it back. Where none are to run all is well, so that a group of probes can name it everywhere. Looks at nothing outside of this JVM, and is thus fit for liveness.
 */
final class ThreadsHealthIndicator extends AbstractHealthIndicator {

    private final @Nullable SubscriptionStatuses manager;

    ThreadsHealthIndicator(@Nullable SubscriptionStatuses manager) {
        super("The threads of subscriptions cannot be looked at");
        this.manager = manager;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        if (manager == null || manager.instance().threadsAlive()) {
            health.up().withDetail("reason", "the threads that are to run here are alive");
        } else {
            health.down().withDetail("reason", "a thread that follows the log or shares out segments has ended");
        }
    }
}
