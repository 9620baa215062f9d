package io.eventsource.store;

/** In which order a stream is read. */
public enum Direction {
    /** Oldest first. */
    FORWARD,
    /** Newest first. */
    BACKWARD
}
