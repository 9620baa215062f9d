package io.eventsource.autoconfigure.health;

import io.eventsource.failure.FailureText;
import io.eventsource.ground.GroundReport;
import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.ground.GroundReport.Severity;
import io.eventsource.schema.SchemaMigrator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

/**
 * Whether this instance can serve: the database answers, the schema is there and current, and what is to run here runs. While all connections of
 * the pool are in use the database is asked past it, and nothing more than whether it answers. How far
 * subscriptions are behind and how many dead letters there are does not count, since that would take all instances out of a
 * load balancer at once; it is among the details.
 */
final class EventSourceHealthIndicator extends AbstractHealthIndicator {

    private final AnswerInTime<SchemaMigrator.Status> schema;
    private final AnswerInTime<GroundReport> ground;
    private final BusyPool pool;
    private final int requiredVersion;
    private final @Nullable SubscriptionsHealth subscriptions;

    EventSourceHealthIndicator(
            AnswerInTime<SchemaMigrator.Status> schema,
            AnswerInTime<GroundReport> ground,
            BusyPool pool,
            int requiredVersion,
            @Nullable SubscriptionsHealth subscriptions) {
        super("The database of the event store cannot be reached");
        this.schema = schema;
        this.ground = ground;
        this.pool = pool;
        this.requiredVersion = requiredVersion;
        this.subscriptions = subscriptions;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) throws Exception {
        if (subscriptions != null) {
            subscriptions.summary().forEach(health::withDetail);
        }
        health.withDetail("reason", "the database does not answer");
        String busy = pool.beforeAsking();
        if (busy == null) {
            try {
                askDatabase(health);
                return;
            } catch (QueryTimeoutException | CannotGetJdbcConnectionException silence) {
                busy = pool.afterSilence();
                if (busy == null) {
                    throw silence;
                }
            }
        }
        Verdict stopped = subscriptions == null ? null : subscriptions.judgeStopped();
        Verdict verdict = stopped == null ? Verdict.degraded(busy) : stopped;
        health.status(verdict.status()).withDetail("reason", verdict.reason());
    }

    private void askDatabase(Health.Builder health) throws Exception {
        GroundReport report = askGround(health);
        SchemaMigrator.Status found;
        try {
            found = schema.get();
        } catch (QueryTimeoutException | CannotGetJdbcConnectionException silence) {
            throw silence;
        } catch (DataAccessException failure) {
            // the ground is asked anew after it; without an answer the database is away
            String reason = unreadable(askGround(health), failure);
            health.down().withDetail("reason", reason).withDetail("error", FailureText.of(failure));
            return;
        }
        health.withDetail("schemaVersion", found.installedVersion());
        if (!found.missingTables().isEmpty()) {
            health.withDetail("missingTables", found.missingTables());
        } else if (found.installedVersion() < requiredVersion) {
            health.withDetail("requiredSchemaVersion", requiredVersion);
        }
        Verdict verdict = judge(found, report);
        health.status(verdict.status()).withDetail("reason", verdict.reason());
    }

    private GroundReport askGround(Health.Builder health) throws Exception {
        GroundReport report = ground.get();
        health.withDetail(
                "ground",
                report.findings().stream()
                        .map(EventSourceHealthIndicator::describe)
                        .toList());
        return report;
    }

    /** Why the schema cannot be read of a database that answers: a right is missing most likely. */
    private static String unreadable(GroundReport report, DataAccessException failure) {
        String why = worst(report);
        return Objects.requireNonNullElseGet(
                why != null ? why : first(report, Severity.WARN, "rights-missing"),
                () -> "the schema cannot be read: " + FailureText.of(failure));
    }

    private static @Nullable String worst(GroundReport report) {
        String refused = first(report, Severity.REFUSE, "");
        return refused != null ? refused : first(report, Severity.DOWN, "");
    }

    private static @Nullable String first(GroundReport report, Severity severity, String code) {
        return report.of(severity).stream()
                .filter(each -> each.code().startsWith(code))
                .map(each -> "%s: %s. %s".formatted(each.code(), each.evidence(), each.remedy()))
                .findFirst()
                .orElse(null);
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

    private Verdict judge(SchemaMigrator.Status found, GroundReport report) {
        if (!found.missingTables().isEmpty()) {
            return Verdict.down("tables are missing");
        }
        if (found.installedVersion() < requiredVersion) {
            return Verdict.down("the schema is older than the library");
        }
        String wrong = worst(report);
        if (wrong != null) {
            return Verdict.down(wrong);
        }
        return subscriptions == null ? Verdict.up("the database answers") : subscriptions.judgeRunning();
    }
}
