package io.eventsource.autoconfigure.store;

import io.eventsource.event.InvalidEventTypeException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** Says which event class to mend, without a stack trace. */
@Order(-1)
final class InvalidEventTypeFailureAnalyzer extends AbstractFailureAnalyzer<InvalidEventTypeException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidEventTypeException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Correct the @EventType of %s. A name that is in the store already must stay, as the name or as an alias."
                        .formatted(cause.eventClass().getName()),
                cause);
    }
}
