package io.eventsource.autoconfigure.store;

import io.eventsource.payload.UnprovenTypeException;
import io.eventsource.payload.UnprovenTypeException.TypeFinding;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** Says which classes would not come back from JSON, in which component, and what to do about each. */
@Order(-1)
final class UnprovenTypeFailureAnalyzer extends AbstractFailureAnalyzer<UnprovenTypeException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UnprovenTypeException cause) {
        String found = cause.findings().stream()
                .map(finding -> "- %s: %s".formatted(place(finding), finding.reason()))
                .collect(Collectors.joining("\n"));
        String remedies = cause.findings().stream()
                .map(finding -> "- %s: %s.".formatted(place(finding), finding.remedy()))
                .collect(Collectors.joining("\n"));
        return new FailureAnalysis(
                "Events and snapshots of these classes could not be read back as they were:\n\n" + found,
                remedies + "\n\nSee docs/schema-evolution.md, \"What an event may hold\".",
                cause);
    }

    private static String place(TypeFinding finding) {
        return finding.component().isEmpty()
                ? finding.type().getName()
                : "%s, %s".formatted(finding.type().getName(), finding.component());
    }
}
