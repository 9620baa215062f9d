package io.eventsource.subscription;

import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.error.ErrorListeners;
import java.util.List;

/**
 * What all subscriptions of an instance have in common when events cannot be handled.
 *
 * @param classifier says what an error is to be taken for
 * @param listeners counts errors and tells who wants to know
 * @param automaticRetry when an event that was parked is handled again by itself
 */
public record ErrorHandling(ErrorClassifier classifier, ErrorListeners listeners, AutomaticRetry automaticRetry) {

    /**
     * What an application has that sets nothing.
     *
     * @return the standard classification, nobody who listens, no automatic retry
     */
    public static ErrorHandling defaults() {
        return new ErrorHandling(ErrorClassifier.standard(), new ErrorListeners(List.of()), AutomaticRetry.OFF);
    }
}
