package io.eventsource.store;

import java.util.UUID;

/**
 * Where an append went.
 *
 * @param aggregateId the stream
 * @param firstVersion the version of the first event appended
 * @param lastVersion the version of the last event appended, the stream's version right after the append
 * @param firstPosition the position of the first event; 0 when the events are inserted at the end of the surrounding
 *     transaction and have no position yet
 * @param lastPosition the position of the last event; 0 likewise
 * @param duplicate whether an earlier append with the same append id did the work, and this is its result
 */
public record AppendResult(
        UUID aggregateId,
        long firstVersion,
        long lastVersion,
        long firstPosition,
        long lastPosition,
        boolean duplicate) {}
