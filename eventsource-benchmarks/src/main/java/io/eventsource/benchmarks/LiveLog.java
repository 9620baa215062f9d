package io.eventsource.benchmarks;

import java.util.UUID;

/** A log whose subscriptions run until it is closed. */
interface LiveLog extends AutoCloseable {

    /** Appends an event to a new stream as the application would, and returns when that is committed. */
    void append(UUID stream);

    /** Stops the subscriptions, after what they are handling. */
    @Override
    void close();
}
