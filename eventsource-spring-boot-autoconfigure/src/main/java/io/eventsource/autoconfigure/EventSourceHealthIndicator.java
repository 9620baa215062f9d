package io.eventsource.autoconfigure;

import io.eventsource.schema.SchemaInspector;
import io.eventsource.schema.SchemaStatus;
import io.eventsource.store.LogHead;
import io.eventsource.store.LogHeadStatus;
import io.eventsource.store.LogWriter;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionState;
import io.eventsource.subscription.SubscriptionStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/** Whether the database can be reached, the schema is current and the subscriptions run. */
final class EventSourceHealthIndicator extends AbstractHealthIndicator {

    private static final Duration LASTING_HOLE = Duration.ofSeconds(1);
    private static final Status DEGRADED = new Status("DEGRADED");

    private final SchemaInspector inspector;
    private final int requiredVersion;
    private final LogHead logHead;
    private final @Nullable SubscriptionManager manager;

    EventSourceHealthIndicator(
            SchemaInspector inspector, int requiredVersion, LogHead logHead, @Nullable SubscriptionManager manager) {
        super("The database of the event store cannot be reached");
        this.inspector = inspector;
        this.requiredVersion = requiredVersion;
        this.logHead = logHead;
        this.manager = manager;
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
        if (health.build().getStatus().equals(Status.DOWN)) {
            return;
        }
        if (!manager.readingHead()) {
            health.down().withDetail("reason", "the head of the log cannot be read");
        } else if (statuses.stream().anyMatch(status -> status.state() == SubscriptionState.STOPPED)) {
            health.down().withDetail("reason", "not every subscription is running");
        } else if (hole(health)) {
            health.status(DEGRADED).withDetail("reason", "an open transaction holds the head of the log");
        } else if (statuses.stream().anyMatch(status -> status.state() == SubscriptionState.RETRYING)) {
            health.status(DEGRADED).withDetail("reason", "a handler fails and is tried again");
        }
    }

    /** Names who holds the head, when it has waited for longer than a commit takes. */
    private boolean hole(Health.Builder health) {
        LogHeadStatus head = logHead.status();
        Instant since = head.holeSince();
        if (since == null || since.plus(LASTING_HOLE).isAfter(Instant.now())) {
            return false;
        }
        health.withDetail(
                "hole",
                Map.of(
                        "behind",
                        head.position(),
                        "since",
                        since.toString(),
                        "transactions",
                        logHead.writers().stream()
                                .map(EventSourceHealthIndicator::describe)
                                .toList()));
        return true;
    }

    private static Map<String, @Nullable Object> describe(LogWriter writer) {
        Map<String, @Nullable Object> details = new LinkedHashMap<>();
        details.put("pid", writer.pid());
        details.put("user", writer.user());
        details.put("application", writer.application());
        details.put("state", writer.state());
        details.put("age", writer.age());
        details.put("gid", writer.preparedGid());
        details.values().removeIf(Objects::isNull);
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
