package io.eventsource.subscription;

import io.eventsource.error.ClassifiedError;
import io.eventsource.error.ErrorCategory;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorSeverity;

/** No attempt at this event will ever succeed, until somebody mends the handler. */
final class PoisonException extends RuntimeException implements ClassifiedError {

    private static final long serialVersionUID = 1L;

    private final ErrorSeverity severity;

    PoisonException(long position) {
        this(position, ErrorSeverity.HIGH);
    }

    PoisonException(long position, ErrorSeverity severity) {
        super("poison at position " + position);
        this.severity = severity;
    }

    @Override
    public ErrorClassification classification() {
        return new ErrorClassification(ErrorCategory.PERMANENT, severity);
    }
}
