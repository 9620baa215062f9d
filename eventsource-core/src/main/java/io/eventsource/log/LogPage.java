package io.eventsource.log;

import io.eventsource.event.StoredEvent;
import java.util.List;

/**
 * A page of the log. It may have fewer events than were asked for and yet not be at the high-water mark, because pages are bounded by bytes too.
 *
 * @param events the events by position, undecoded
 * @param nextPosition the position to read behind next; with filters it may lie beyond the last event of the page
 * @param highWaterMark the high-water mark that bounded this page
 */
public record LogPage(List<StoredEvent> events, long nextPosition, long highWaterMark) {

    /**
     * Whether the page reached the high-water mark, so that there is nothing more for now.
     *
     * @return whether the reader is at the end
     */
    public boolean atHighWaterMark() {
        return nextPosition >= highWaterMark;
    }
}
