package io.eventsource.autoconfigure;

import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.deadletter.DeadLetterStatistics;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * How many dead letters are open. Not for readiness: all instances share the queue, and it is no shorter when none of them is asked any
 * more.
 */
final class DeadLetterHealthIndicator extends AbstractHealthIndicator {

    private static final Status DEGRADED = new Status("DEGRADED");

    private final DeadLetterRepository repository;
    private final int degradedThreshold;
    private final int downThreshold;

    DeadLetterHealthIndicator(DeadLetterRepository repository, int degradedThreshold, int downThreshold) {
        super("The dead-letter queue cannot be read");
        this.repository = repository;
        this.degradedThreshold = degradedThreshold;
        this.downThreshold = downThreshold;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        DeadLetterStatistics statistics = repository.statistics();
        long open = statistics.depth();
        health.up()
                .withDetail("open", open)
                .withDetail("failed", statistics.totalFailed())
                .withDetail("waiting", statistics.totalWaiting())
                .withDetail("retrying", statistics.totalRetrying())
                .withDetail("projections", statistics.byProjection().keySet())
                .withDetail("degradedThreshold", degradedThreshold)
                .withDetail("downThreshold", downThreshold);
        if (statistics.oldestFailure() != null) {
            health.withDetail("oldestFailure", statistics.oldestFailure().toString());
        }
        if (downThreshold > 0 && open >= downThreshold) {
            health.down()
                    .withDetail("reason", "too many events could not be handled and wait in the dead-letter queue");
        } else if (open >= degradedThreshold) {
            health.status(DEGRADED)
                    .withDetail("reason", "events could not be handled and wait in the dead-letter queue");
        }
    }
}
