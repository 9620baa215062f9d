package io.eventsource.batch;

import io.eventsource.EventSourceException;
import io.eventsource.error.ClassifiedError;
import io.eventsource.error.ErrorClassification;
import java.io.Serial;

/**
 * A handler did not run inside its batch: in another thread, in another transaction, not at all, or it ended the batch's transaction
 * itself. The batch is rolled back and its checkpoint does not move.
 */
public final class HandlerOutsideBatchException extends EventSourceException implements ClassifiedError {

    @Serial
    private static final long serialVersionUID = 1L;

    private final ErrorClassification.Category category;

    private HandlerOutsideBatchException(String message, ErrorClassification.Category category) {
        super(message);
        this.category = category;
    }

    /**
     * Something around the handler took it out of the batch, as it would with every event. No event is at fault: none is parked, and the
     * subscription waits with growing pauses until the application is mended.
     *
     * @param message which handler, what happened to it, and what to do
     * @return the exception
     */
    public static HandlerOutsideBatchException aroundHandler(String message) {
        return new HandlerOutsideBatchException(message, ErrorClassification.Category.INFRASTRUCTURE);
    }

    /**
     * The handler's own code had the batch's transaction marked for rollback and returned normally. Nothing of it is left behind: the event is
     * tried again as after any error of the handler.
     *
     * @param message whose handler, what happened to the transaction, and what to do
     * @return the exception
     */
    public static HandlerOutsideBatchException rollbackOnly(String message) {
        return new HandlerOutsideBatchException(message, ErrorClassification.Category.APPLICATION);
    }

    /**
     * The handler's own code ended or left the batch's transaction. The event is not tried again, since each attempt may leave
     * effects behind: it is parked, or the subscription stops there.
     *
     * @param message whose handler, what happened to the transaction, and what to do
     * @return the exception
     */
    public static HandlerOutsideBatchException byHandler(String message) {
        return new HandlerOutsideBatchException(message, ErrorClassification.Category.PERMANENT);
    }

    @Override
    public ErrorClassification classification() {
        return new ErrorClassification(category, ErrorClassification.Severity.CRITICAL);
    }
}
