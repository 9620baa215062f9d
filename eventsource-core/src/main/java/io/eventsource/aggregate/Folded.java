package io.eventsource.aggregate;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The state of an aggregate and where it comes from.
 *
 * @param state the state
 * @param version the version of the last event in it
 * @param lastEvent that event's id
 * @param snapshotVersion the version of the snapshot that was the basis, 0 for none
 * @param foreignSnapshot the event id of a snapshot whose event the log does not hold
 */
record Folded<S>(S state, long version, UUID lastEvent, long snapshotVersion, @Nullable UUID foreignSnapshot) {}
