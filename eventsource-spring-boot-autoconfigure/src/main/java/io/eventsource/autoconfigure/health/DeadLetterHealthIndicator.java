package io.eventsource.autoconfigure.health;

import io.eventsource.deadletter.DeadLetterRepository;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * How many dead letters are open. Not for readiness: all instances share the queue, and it is no shorter when none of them is asked any
 * more.
 */
final class DeadLetterHealthIndicator extends AbstractHealthIndicator {

    private final AnswerInTime<DeadLetterRepository.Statistics> answer;
    private final Threshold threshold;

    DeadLetterHealthIndicator(AnswerInTime<DeadLetterRepository.Statistics> answer, Threshold threshold) {
        super("The dead-letter queue cannot be read");
        this.answer = answer;
        this.threshold = threshold;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) throws Exception {
        DeadLetterRepository.Statistics statistics = answer.get();
        long open = statistics.depth();
        health.up()
                .withDetail("open", open)
                .withDetail("failed", statistics.totalFailed())
                .withDetail("waiting", statistics.totalWaiting())
                .withDetail("retrying", statistics.totalRetrying())
                .withDetail("projections", statistics.byProjection().keySet())
                .withDetail("degradedThreshold", threshold.degraded())
                .withDetail("downThreshold", threshold.down());
        if (statistics.oldestFailure() != null) {
            health.withDetail("oldestFailure", statistics.oldestFailure().toString());
        }
        if (threshold.isDown(open)) {
            health.down()
                    .withDetail("reason", "too many events could not be handled and wait in the dead-letter queue");
        } else if (threshold.isDegraded(open)) {
            health.status(Verdict.DEGRADED)
                    .withDetail("reason", "events could not be handled and wait in the dead-letter queue");
        }
    }
}
