package io.eventsource.autoconfigure.store;

import io.eventsource.event.InvalidEventTypeException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says which event class to mend, without a stack trace. */
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
