package io.eventsource.autoconfigure;

import io.eventsource.schema.SchemaStatus;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether this instance can serve: the database answers, the schema is there and current, and what is to run here runs. How far
 * subscriptions are behind and how many dead letters there are does not count, since that would take all instances out of a
 * load balancer at once; it is among the details.
 */
final class EventSourceHealthIndicator extends AbstractHealthIndicator {

    private final AnswerInTime<SchemaStatus> schema;
    private final int requiredVersion;
    private final @Nullable SubscriptionsHealth subscriptions;

    EventSourceHealthIndicator(
            AnswerInTime<SchemaStatus> schema, int requiredVersion, @Nullable SubscriptionsHealth subscriptions) {
        super("The database of the event store cannot be reached");
        this.schema = schema;
        this.requiredVersion = requiredVersion;
        this.subscriptions = subscriptions;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) throws Exception {
        if (subscriptions != null) {
            subscriptions.summary().forEach(health::withDetail);
        }
        health.withDetail("reason", "the database does not answer");
        SchemaStatus found = schema.get();
        health.withDetail("schemaVersion", found.installedVersion());
        if (!found.missingTables().isEmpty()) {
            health.withDetail("missingTables", found.missingTables());
        } else if (found.installedVersion() < requiredVersion) {
            health.withDetail("requiredSchemaVersion", requiredVersion);
        }
        Verdict verdict = judge(found);
        health.status(verdict.status()).withDetail("reason", verdict.reason());
    }

    private Verdict judge(SchemaStatus found) {
        if (!found.missingTables().isEmpty()) {
            return Verdict.down("tables are missing");
        }
        if (found.installedVersion() < requiredVersion) {
            return Verdict.down("the schema is older than the library");
        }
        return subscriptions == null ? Verdict.up("the database answers") : subscriptions.judgeRunning();
    }
}
