package io.eventsource.log;

import io.eventsource.event.StoredEvent;
import java.util.List;
import java.util.Set;

/**
 * A page of the log in which the largest events are named without being in memory.
 *
 * @param events the events by position, undecoded
 * @param unread the positions of those whose payload and headers were left in the database; they are empty here
 * @param nextPosition the position to read behind next
 */
public record LogOutline(List<StoredEvent> events, Set<Long> unread, long nextPosition) {

    /** The payload of an event that was left in the database. */
    public static final String NOT_READ = "";
}
