package io.eventsource.autoconfigure.store;

import io.eventsource.EventSourceException;
import io.eventsource.ground.GroundInspector;
import io.eventsource.ground.GroundReport;
import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.ground.GroundReport.Severity;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Asks when the application starts whether the database is what the guarantees assume: for the server before the migrations, for the
 * schema after them and before anything is appended or read. What would lose events silently stops the start.
 */
final class GroundCheck {

    private static final Logger log = LoggerFactory.getLogger(GroundCheck.class);

    private final GroundInspector inspector;
    private @Nullable GroundReport server;

    GroundCheck(GroundInspector inspector) {
        this.inspector = inspector;
    }

    /** Asks once. */
    GroundReport checkServer() {
        GroundReport report = server;
        if (report == null) {
            report = inspector.inspectServer();
            settle(report);
            server = report;
        }
        return report;
    }

    /** A database that is away is no reason not to start where nothing is to be migrated; health asks it when it is back. */
    void checkAll() {
        try {
            GroundReport unused = checkServer();
            GroundReport schema = inspector.inspectSchema();
            settle(schema);
            requireTables(schema);
        } catch (DataAccessException failure) {
            log.warn(
                    "The database cannot be asked whether it is what the event store needs. Health asks again",
                    failure);
        }
    }

    /** The migrations have run, where they run: this is an application that makes no tables, before anybody has made them. */
    private static void requireTables(GroundReport report) {
        if (report.withoutTables()) {
            throw new EventSourceException(
                    "The tables of the event store are missing, and eventsource.migration.enabled=false keeps the application from making them. %s."
                            .formatted(report.of(Severity.DOWN).stream()
                                    .map(finding -> finding.evidence() + ". " + finding.remedy())
                                    .collect(Collectors.joining(". "))));
        }
    }

    private static void settle(GroundReport report) {
        report.requireSuitable();
        for (Finding finding : report.findings()) {
            if (finding.severity() == Severity.INFO) {
                log.info("{}", finding.describe());
            } else {
                log.warn("{}", finding.describe());
            }
        }
    }
}
