package io.eventsource.error;

/**
 * What an error is taken for.
 *
 * @param category what kind it is
 * @param severity how bad it is
 */
public record ErrorClassification(ErrorCategory category, ErrorSeverity severity) {

    static final ErrorClassification UNKNOWN = new ErrorClassification(ErrorCategory.UNKNOWN, ErrorSeverity.MEDIUM);
}
