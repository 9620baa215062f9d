package io.eventsource.autoconfigure;

import io.eventsource.schema.SchemaInspector;
import io.eventsource.schema.SchemaStatus;
import io.eventsource.store.SignalRelay;
import io.eventsource.store.SignalRelayStatus;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionState;
import io.eventsource.subscription.SubscriptionStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/** Whether the database can be reached, the schema is current and the subscriptions run. */
final class EventSourceHealthIndicator extends AbstractHealthIndicator {

    private static final Status DEGRADED = new Status("DEGRADED");

    private final SchemaInspector inspector;
    private final int requiredVersion;
    private final HoleHealth hole;
    private final @Nullable SubscriptionManager manager;
    private final @Nullable SignalRelay relay;

    EventSourceHealthIndicator(
            SchemaInspector inspector,
            int requiredVersion,
            HoleHealth hole,
            @Nullable SubscriptionManager manager,
            @Nullable SignalRelay relay) {
        super("The database of the event store cannot be reached");
        this.inspector = inspector;
        this.requiredVersion = requiredVersion;
        this.hole = hole;
        this.manager = manager;
        this.relay = relay;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        health.up();
        SchemaStatus schema = inspector.inspect();
        health.withDetail("schemaVersion", schema.installedVersion());
        if (!schema.missingTables().isEmpty()) {
            health.down().withDetail("missingTables", schema.missingTables());
        } else if (schema.installedVersion() < requiredVersion) {
            health.down().withDetail("requiredSchemaVersion", requiredVersion);
        }
        if (manager != null) {
            subscriptions(health, manager);
        }
    }

    private void subscriptions(Health.Builder health, SubscriptionManager manager) {
        List<SubscriptionStatus> statuses = manager.statuses();
        Map<String, Object> details = new LinkedHashMap<>();
        for (SubscriptionStatus status : statuses) {
            details.put(status.name(), describe(status));
        }
        health.withDetail("subscriptions", details);
        if (relay != null) {
            health.withDetail("wakeUp", describe(relay.status()));
        }
        if (health.build().getStatus().equals(Status.DOWN)) {
            return;
        }
        if (!manager.readingHead()) {
            health.down().withDetail("reason", "the head of the log cannot be read");
        } else if (!manager.renewingLease()) {
            health.down().withDetail("reason", "the lease of this instance cannot be renewed");
        } else if (statuses.stream()
                .anyMatch(status -> status.state() == SubscriptionState.STOPPED && status.autoStartup())) {
            health.down().withDetail("reason", "not every subscription is running");
        } else if (anyIs(SubscriptionState.HALTED, statuses)) {
            health.down().withDetail("reason", "a subscription has stopped at an event that cannot be handled");
        } else if (hole.stalled(health)) {
            health.status(DEGRADED).withDetail("reason", "an open transaction holds the head of the log");
        } else if (anyIs(SubscriptionState.CIRCUIT_OPEN, statuses)) {
            health.status(DEGRADED)
                    .withDetail("reason", "a subscription waits for something that every event needs and that is away");
        } else if (anyIs(SubscriptionState.RETRYING, statuses)) {
            health.status(DEGRADED).withDetail("reason", "a handler fails and is tried again");
        }
    }

    private static boolean anyIs(SubscriptionState state, List<SubscriptionStatus> statuses) {
        return statuses.stream().anyMatch(status -> status.state() == state);
    }

    /** Says whether other instances are heard. While they are not, events arrive later, but all arrive: no reason to be degraded. */
    private static Map<String, Object> describe(SignalRelayStatus status) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("connected", status.connected());
        details.put("since", status.since().toString());
        details.put("sending", status.sending());
        Throwable failure = status.lastFailure();
        if (failure != null && status.lastFailureAt() != null) {
            details.put("lastError", failure.getClass().getName());
            details.put("lastErrorAt", status.lastFailureAt().toString());
        }
        return details;
    }

    private static Map<String, Object> describe(SubscriptionStatus status) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("state", status.state());
        details.put("position", status.position());
        details.put("lag", status.lag());
        Throwable failure = status.lastFailure();
        if (failure != null) {
            details.put("failures", status.failures());
            details.put("error", failure.getClass().getName());
        }
        return details;
    }
}
