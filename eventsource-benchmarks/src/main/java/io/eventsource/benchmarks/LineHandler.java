package io.eventsource.benchmarks;

import java.util.List;
import java.util.UUID;

/** What a subscription calls for each event. */
public interface LineHandler {

    /**
     * Handles an event.
     *
     * @param stream the event's stream
     * @param line the event
     */
    void handle(UUID stream, OrderLineAdded line);

    /** Does the same for many events at once, as a handler of batches does. */
    interface OfBatches extends LineHandler {

        /**
         * Handles events.
         *
         * @param streams their streams
         * @param lines the events
         */
        void handle(List<UUID> streams, List<OrderLineAdded> lines);
    }
}
