package io.eventsource.autoconfigure.store;

import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.ground.GroundReport.GroundException;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** Says why the event store does not run on this database, and what to do. */
@Order(-1)
final class GroundFailureAnalyzer extends AbstractFailureAnalyzer<GroundException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, GroundException cause) {
        return new FailureAnalysis(
                "The event store cannot run on this database, since events or their order would be lost silently:%n%s"
                        .formatted(lines(cause, finding -> "%s: %s. %s."
                                .formatted(finding.code(), finding.evidence(), finding.consequence()))),
                lines(cause, finding -> finding.remedy() + "."),
                cause);
    }

    private static String lines(GroundException cause, java.util.function.Function<Finding, String> line) {
        return cause.findings().stream()
                .map(finding -> "- " + line.apply(finding))
                .collect(Collectors.joining(System.lineSeparator()));
    }
}
