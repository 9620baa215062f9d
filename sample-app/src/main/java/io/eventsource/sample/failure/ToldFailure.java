package io.eventsource.sample.failure;

import io.eventsource.error.ErrorClassification;
import io.eventsource.event.EventEnvelope;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * When a projection is to fail. What is null does not restrict.
 *
 * @param eventType at events of this type
 * @param orderId at events of this order
 * @param permanent whether trying again is of no use; null means that it may be of use
 * @param stuck whether it is to hang instead, until it is told otherwise or interrupted; null means that it is not
 */
record ToldFailure(
        @Nullable String eventType, @Nullable UUID orderId, @Nullable Boolean permanent, @Nullable Boolean stuck) {

    boolean concerns(EventEnvelope<?> event) {
        return (eventType == null || eventType.equals(event.eventType()))
                && (orderId == null || orderId.equals(event.aggregateId()));
    }

    boolean hangs() {
        return Boolean.TRUE.equals(stuck);
    }

    ErrorClassification.Category category() {
        return Boolean.TRUE.equals(permanent)
                ? ErrorClassification.Category.PERMANENT
                : ErrorClassification.Category.TRANSIENT;
    }
}
