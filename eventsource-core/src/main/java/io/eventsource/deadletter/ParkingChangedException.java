package io.eventsource.deadletter;

import io.eventsource.EventSourceException;
import io.eventsource.error.ClassifiedError;
import io.eventsource.error.ErrorCategory;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorSeverity;
import java.io.Serial;

/**
 * An aggregate that was parked when a batch began has been freed meanwhile: its events must be handled, not parked. The batch is
 * rolled back and repeated at once; nothing has failed.
 */
public final class ParkingChangedException extends EventSourceException implements ClassifiedError {

    @Serial
    private static final long serialVersionUID = 1L;

    ParkingChangedException(String projection) {
        super("Parked aggregates of '%s' have been freed while a batch was being handled. The batch is repeated."
                .formatted(projection));
    }

    @Override
    public ErrorClassification classification() {
        return new ErrorClassification(ErrorCategory.TRANSIENT, ErrorSeverity.LOW);
    }
}
