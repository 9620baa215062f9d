package io.eventsource.sample.failure;

import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassification.ClassifiedError;
import java.io.Serial;

/** Somebody wanted to see this. What it is to be taken for, it says itself. */
final class ToldToFailException extends RuntimeException implements ClassifiedError {

    @Serial
    private static final long serialVersionUID = 1L;

    private final ErrorClassification.Category category;

    ToldToFailException(String projection, ErrorClassification.Category category) {
        super("'%s' was told to fail. Tell it otherwise: DELETE /failures/%s".formatted(projection, projection));
        this.category = category;
    }

    @Override
    public ErrorClassification classification() {
        return new ErrorClassification(category, ErrorClassification.Severity.MEDIUM);
    }
}
