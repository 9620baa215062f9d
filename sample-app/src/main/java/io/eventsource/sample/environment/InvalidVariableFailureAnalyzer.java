package io.eventsource.sample.environment;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says which variable to mend, without a stack trace. */
final class InvalidVariableFailureAnalyzer extends AbstractFailureAnalyzer<InvalidVariableException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidVariableException cause) {
        return new FailureAnalysis(
                cause.getMessage(), "Correct %s or remove it from the environment.".formatted(cause.variable()), cause);
    }
}
