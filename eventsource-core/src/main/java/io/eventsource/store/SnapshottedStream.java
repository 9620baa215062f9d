package io.eventsource.store;

import org.jspecify.annotations.Nullable;

/**
 * A stream as it is read with its snapshot.
 *
 * @param snapshot the stream's snapshot, or null when it has none
 * @param fitness whether the snapshot may be used; {@link Fitness#FIT} when there is none
 * @param events the payloads of the events behind the snapshot when it is fit, otherwise all events; oldest first
 */
public record SnapshottedStream(@Nullable StreamSnapshot snapshot, Fitness fitness, StreamPayloads events) {

    /** Whether a snapshot fits its stream. */
    public enum Fitness {
        /** It may be used. */
        FIT,
        /** Its state has another shape than the one asked for. */
        OUTDATED,
        /**
         * The log does not hold the event that it was taken at: the log was restored to an earlier time, and may have
         * grown in another way since.
         */
        AHEAD
    }
}
