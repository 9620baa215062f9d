package io.eventsource.autoconfigure.projection;

import io.eventsource.projection.InvalidProjectionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** Says which projection to mend, without a stack trace. */
@Order(-1)
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
