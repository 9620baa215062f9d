package io.eventsource.projection;

import io.eventsource.event.EventEnvelope;
import java.util.Set;

/** Something that handles events of some types under a name: what a subscription drives. Thread-safe as far as its handlers are. */
public interface EventHandlers {

    /**
     * The name that the checkpoint is kept under.
     *
     * @return the name
     */
    String name();

    /**
     * The types of the events to deliver, by their names or aliases. What is stored under another of their names, and
     * older events that upcasters lead to these types, are delivered too; no other event is even read.
     *
     * @return the names, not empty and always the same
     */
    Set<String> eventTypes();

    /**
     * Handles one event, or one part of an event that upcasters split, in the transaction of the calling thread.
     *
     * @param event an event of one of the types
     * @throws RuntimeException when the event cannot be handled; the transaction is rolled back
     */
    void handle(EventEnvelope<Object> event);
}
