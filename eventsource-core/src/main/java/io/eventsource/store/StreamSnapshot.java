package io.eventsource.store;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * The state of an aggregate after some of its events, as the store keeps it. A stream has at most one.
 *
 * @param aggregateId the stream
 * @param aggregateType the stream's type
 * @param version the version of the last event that is in the state, 1 or more
 * @param eventId that event's id: the snapshot counts only as long as the log holds this event at this version
 * @param stateVersion the version of the state's shape
 * @param state the state as JSON text
 * @param takenAt when it was stored, by the database's clock
 */
public record StreamSnapshot(
        UUID aggregateId,
        String aggregateType,
        long version,
        UUID eventId,
        int stateVersion,
        String state,
        Instant takenAt) {

    /**
     * Checks the version.
     *
     * @throws IllegalArgumentException when the version is not positive
     */
    public StreamSnapshot {
        Objects.requireNonNull(aggregateId, "aggregateId");
        Objects.requireNonNull(eventId, "eventId");
        if (version < 1) {
            throw new IllegalArgumentException("A snapshot's version must be 1 or more, but it is " + version);
        }
    }

    /** This snapshot for somebody who may know of it, but not what is in it. */
    StreamSnapshot withoutState() {
        return new StreamSnapshot(aggregateId, aggregateType, version, eventId, stateVersion, "null", takenAt);
    }
}
