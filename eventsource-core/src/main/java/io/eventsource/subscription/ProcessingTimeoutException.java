package io.eventsource.subscription;

import io.eventsource.EventSourceException;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassification.ClassifiedError;
import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Handling a batch took longer than a subscription allows; its transaction is rolled back. */
public final class ProcessingTimeoutException extends EventSourceException implements ClassifiedError {

    @Serial
    private static final long serialVersionUID = 1L;

    ProcessingTimeoutException(String subscription, Duration timeout, @Nullable Throwable cause) {
        super(
                "'%s' did not handle a batch within %s. Speed the handlers up, or raise batch.timeout of this subscription."
                        .formatted(subscription, timeout),
                cause);
    }

    /** The same handler may be quick the next time, and slow handlers hold up everything behind them. */
    @Override
    public ErrorClassification classification() {
        return new ErrorClassification(ErrorClassification.Category.TRANSIENT, ErrorClassification.Severity.HIGH);
    }
}
