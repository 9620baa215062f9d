package io.eventsource.subscription;

import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassification.ClassifiedError;

/** No attempt at this event will ever succeed, until somebody mends the handler. */
final class PoisonException extends RuntimeException implements ClassifiedError {

    private static final long serialVersionUID = 1L;

    private final ErrorClassification.Severity severity;

    PoisonException(long position) {
        this(position, ErrorClassification.Severity.HIGH);
    }

    PoisonException(long position, ErrorClassification.Severity severity) {
        super("poison at position " + position);
        this.severity = severity;
    }

    @Override
    public ErrorClassification classification() {
        return new ErrorClassification(ErrorClassification.Category.PERMANENT, severity);
    }
}
