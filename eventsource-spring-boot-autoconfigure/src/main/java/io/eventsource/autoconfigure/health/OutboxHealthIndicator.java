package io.eventsource.autoconfigure.health;

import io.eventsource.failure.FailureText;
import io.eventsource.outbox.Outbox;
import io.eventsource.outbox.Outbox.DestinationStatus;
import io.eventsource.subscription.SubscriptionStatus;
import io.eventsource.subscription.SubscriptionStatuses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether events leave. DEGRADED at most, however long they wait: nothing is lost meanwhile, and an instance that is asked no more sends
 * nothing faster.
 */
final class OutboxHealthIndicator extends AbstractHealthIndicator {

    private final Outbox outbox;
    private final @Nullable SubscriptionStatuses manager;
    private final HealthProperties.Outbox thresholds;

    OutboxHealthIndicator(Outbox outbox, @Nullable SubscriptionStatuses manager, HealthProperties.Outbox thresholds) {
        super("The outbox cannot be read");
        this.outbox = outbox;
        this.manager = manager;
        this.thresholds = thresholds;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        Map<String, Object> details = new LinkedHashMap<>();
        List<String> reasons = new ArrayList<>();
        for (DestinationStatus destination : outbox.destinations()) {
            SubscriptionStatus here = manager == null
                    ? null
                    : manager.status(destination.subscription()).orElse(null);
            details.put(destination.name(), describe(destination, here));
            addReasons(destination, here, reasons);
        }
        health.up()
                .withDetail("destinations", details)
                .withDetail("pendingThreshold", thresholds.pending())
                .withDetail("failedThreshold", thresholds.failed())
                .withDetail("ageThreshold", thresholds.age().toString());
        if (!reasons.isEmpty()) {
            health.status(Verdict.DEGRADED).withDetail("reason", String.join("; ", reasons));
        }
    }

    private static Map<String, Object> describe(DestinationStatus destination, @Nullable SubscriptionStatus here) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("pending", destination.pending());
        details.put("failed", destination.failed());
        details.put("published", destination.published());
        details.put("age", destination.age().toString());
        if (here != null) {
            details.put("state", here.state());
            Throwable failure = here.lastFailure();
            if (failure != null) {
                details.put("error", FailureText.of(failure));
            }
        }
        return details;
    }

    private void addReasons(DestinationStatus destination, @Nullable SubscriptionStatus here, List<String> reasons) {
        if (here != null && here.state() == SubscriptionStatus.State.CIRCUIT_OPEN) {
            reasons.add(
                    "the broker of '%s' is away, and nothing is sent until it is back".formatted(destination.name()));
        }
        if (here != null && here.state() == SubscriptionStatus.State.HALTED) {
            reasons.add("'%s' has stopped at an event that cannot be sent".formatted(destination.name()));
        }
        if (destination.failed() >= thresholds.failed()) {
            reasons.add("%d events could not be sent to '%s' and wait for somebody"
                    .formatted(destination.failed(), destination.name()));
        }
        if (destination.pending() >= thresholds.pending()) {
            reasons.add("%d events wait to be sent to '%s'".formatted(destination.pending(), destination.name()));
        }
        if (destination.age().compareTo(thresholds.age()) >= 0) {
            reasons.add("an event for '%s' has waited for %s".formatted(destination.name(), destination.age()));
        }
    }
}
