package io.eventsource.benchmarks;

import java.util.UUID;

/** What a subscription calls for each event. */
interface LineHandler {

    /**
     * Handles an event.
     *
     * @param stream the event's stream
     * @param line the event
     */
    void handle(UUID stream, OrderLineAdded line);
}
