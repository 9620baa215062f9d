package io.eventsource.autoconfigure.checks;

import io.eventsource.InvalidDeclarationException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** Says which event class or projection to correct, without a stack trace. */
@Order(RefusalFailureAnalyzer.SPECIAL)
final class InvalidDeclarationFailureAnalyzer extends AbstractFailureAnalyzer<InvalidDeclarationException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, InvalidDeclarationException cause) {
        return cause.remedy() == null ? null : new FailureAnalysis(cause.getMessage(), cause.remedy(), cause);
    }
}
