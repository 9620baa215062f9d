package io.eventsource.store;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The payloads of a stream's events, to be folded, and how far the read went.
 *
 * @param payloads the decoded payloads, oldest first; where upcasters split events, or drop them, more or fewer than were stored. Large ones are
 *     read when an iteration comes to them, each by a statement in the transaction of the thread that iterates; that fails as reading does
 * @param storedEvents how many stored events were read
 * @param version the version of the newest stored event that was read, though upcasters may have dropped it; 0 when there was
 *     none
 * @param newestEventId the id of that event, or null when there was none
 * @param tenantId the stream's tenant; null when it has none, and when nothing was read
 */
public record StreamPayloads(
        Iterable<Object> payloads,
        int storedEvents,
        long version,
        @Nullable UUID newestEventId,
        @Nullable String tenantId) {

    static final StreamPayloads NONE = new StreamPayloads(List.of(), 0, 0, null, null);
}
