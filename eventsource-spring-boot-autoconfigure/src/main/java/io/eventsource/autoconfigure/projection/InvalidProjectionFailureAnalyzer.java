package io.eventsource.autoconfigure.projection;

import io.eventsource.projection.InvalidProjectionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says which projection to mend, without a stack trace. */
final class InvalidProjectionFailureAnalyzer extends AbstractFailureAnalyzer<InvalidProjectionException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidProjectionException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Correct %s. What a handler may and may not be is described in docs/guide.md, \"What a handler must not do\"."
                        .formatted(cause.projectionClass().getName()),
                cause);
    }
}
