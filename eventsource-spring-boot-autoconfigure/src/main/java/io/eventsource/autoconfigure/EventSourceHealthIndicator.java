package io.eventsource.autoconfigure;

import io.eventsource.ground.Finding;
import io.eventsource.ground.GroundReport;
import io.eventsource.ground.Severity;
import io.eventsource.schema.SchemaStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final AnswerInTime<GroundReport> ground;
    private final int requiredVersion;
    private final @Nullable SubscriptionsHealth subscriptions;

    EventSourceHealthIndicator(
            AnswerInTime<SchemaStatus> schema,
            AnswerInTime<GroundReport> ground,
            int requiredVersion,
            @Nullable SubscriptionsHealth subscriptions) {
        super("The database of the event store cannot be reached");
        this.schema = schema;
        this.ground = ground;
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
        GroundReport report = ground.get();
        health.withDetail(
                "ground",
                report.findings().stream()
                        .map(EventSourceHealthIndicator::describe)
                        .toList());
        Verdict verdict = judge(found, report);
        health.status(verdict.status()).withDetail("reason", verdict.reason());
    }

    private static Map<String, String> describe(Finding finding) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("code", finding.code());
        details.put("severity", finding.severity().name());
        details.put("evidence", finding.evidence());
        details.put("consequence", finding.consequence());
        details.put("remedy", finding.remedy());
        return details;
    }

    private Verdict judge(SchemaStatus found, GroundReport report) {
        if (!found.missingTables().isEmpty()) {
            return Verdict.down("tables are missing");
        }
        if (found.installedVersion() < requiredVersion) {
            return Verdict.down("the schema is older than the library");
        }
        for (Severity severity : List.of(Severity.REFUSE, Severity.DOWN)) {
            for (Finding finding : report.of(severity)) {
                return Verdict.down("%s: %s. %s".formatted(finding.code(), finding.evidence(), finding.remedy()));
            }
        }
        return subscriptions == null ? Verdict.up("the database answers") : subscriptions.judgeRunning();
    }
}
