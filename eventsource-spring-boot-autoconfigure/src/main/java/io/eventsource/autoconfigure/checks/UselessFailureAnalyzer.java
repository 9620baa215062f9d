package io.eventsource.autoconfigure.checks;

import io.eventsource.autoconfigure.checks.Findings.UselessException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** Says what would do nothing, and how to start nevertheless. */
@Order(RefusalFailureAnalyzer.SPECIAL)
final class UselessFailureAnalyzer extends AbstractFailureAnalyzer<UselessException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UselessException cause) {
        return new FailureAnalysis(cause.getMessage(), "Correct or remove them.%n%s".formatted(cause.waiver()), cause);
    }
}
