package io.eventsource.store;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.EventPages.Page;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Events of a stream, and how far the read went. Where upcasters drop or split events, the envelopes alone do not tell.
 *
 * @param events the decoded events in the order asked for
 * @param aggregateType the stream's type, or null when nothing was read
 * @param storedEvents how many stored events were read
 * @param lowestVersion the version of the oldest stored event that was read, 0 when there was none
 * @param highestVersion the version of the newest stored event that was read, though upcasters may have dropped it; 0 when
 *     there was none
 * @param truncated whether the read ended because of {@link StreamQuery#maxBytes}, so that more may be stored
 */
public record StreamSlice(
        List<EventEnvelope<Object>> events,
        @Nullable String aggregateType,
        int storedEvents,
        long lowestVersion,
        long highestVersion,
        boolean truncated) {

    /**
     * What was read of a stream.
     *
     * @param page the stored events in the order asked for
     * @param events what was made of them
     */
    static StreamSlice of(Page page, List<EventEnvelope<Object>> events) {
        List<StoredEvent> stored = page.events();
        if (stored.isEmpty()) {
            return new StreamSlice(List.of(), null, 0, 0, 0, false);
        }
        StoredEvent first = stored.get(0);
        StoredEvent last = stored.get(stored.size() - 1);
        return new StreamSlice(
                Collections.unmodifiableList(events),
                first.aggregateType(),
                stored.size(),
                Math.min(first.version(), last.version()),
                Math.max(first.version(), last.version()),
                page.truncated());
    }

    /**
     * Whether no event is stored where the query looked.
     *
     * @return whether nothing was read
     */
    public boolean nothingStored() {
        return storedEvents == 0;
    }
}
