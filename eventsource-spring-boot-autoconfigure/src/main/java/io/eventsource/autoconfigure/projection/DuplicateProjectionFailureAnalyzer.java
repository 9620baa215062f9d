package io.eventsource.autoconfigure.projection;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** Says what to do when two projections have one name. */
@Order(-1)
final class DuplicateProjectionFailureAnalyzer extends AbstractFailureAnalyzer<DuplicateProjectionException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, DuplicateProjectionException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Rename the newer of the two: a projection begins anew under a new name, and the older one keeps the checkpoint of '%s'."
                        .formatted(cause.name()),
                cause);
    }
}
