package io.eventsource.subscription;

import io.eventsource.event.StoredEvent;
import io.eventsource.log.Bucket;
import io.eventsource.log.LogReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The most recent events up to the high-water mark, for all subscriptions that are at the tail of the log. It covers a range of positions
 * without gaps: what is asked for from outside that range has to be read from the database. Bounded by a number of events
 * and by the length of their texts; the oldest leave first. A single event that would take much of the room is only named here. Thread-safe.
 */
final class TailBuffer {

    /** Events kept at most. */
    static final int MAX_EVENTS = 16_384;

    /** An event with more than this part of the room leaves it to others. */
    private static final int PARTS = 4;

    /** Characters kept at most, two bytes each at worst. */
    private final long maxCharacters;

    private final TreeMap<Long, TailEvent> events = new TreeMap<>();
    private long characters;

    /** Everything behind this position and up to the other is here. */
    private long behind;

    private long upTo;

    /**
     * Some of the events.
     *
     * @param events those that match, by position
     * @param nextPosition the position up to which this is everything
     */
    record Slice(List<TailEvent> events, long nextPosition) {}

    TailBuffer(long maxCharacters) {
        this.maxCharacters = maxCharacters;
    }

    /** Forgets everything and goes on behind a position. */
    synchronized void restart(long position) {
        events.clear();
        characters = 0;
        behind = position;
        upTo = position;
    }

    synchronized long upTo() {
        return upTo;
    }

    /**
     * Adds what follows.
     *
     * @param page all events behind {@link #upTo()} up to the new end, but for those that nobody wants
     * @param newUpTo the new end
     */
    synchronized void append(Collection<StoredEvent> page, long newUpTo) {
        for (StoredEvent event : page) {
            long size = LogReader.size(event);
            boolean kept = !event.payload().isEmpty() && size <= maxCharacters / PARTS;
            events.put(event.position(), kept ? new TailEvent(event) : TailEvent.unread(event));
            characters += kept ? size : 0;
        }
        upTo = newUpTo;
        while (events.size() > MAX_EVENTS || characters > maxCharacters) {
            TailEvent oldest = events.pollFirstEntry().getValue();
            characters -= oldest.read() ? LogReader.size(oldest.stored()) : 0;
            behind = oldest.position();
        }
    }

    /**
     * What follows behind a position.
     *
     * @param position the position
     * @param to where to end
     * @param filter which events
     * @param buckets of which share of the streams
     * @param limit how many at most
     * @return the events, up to the first that is only named here; null when there is none before it, or not all of them are here
     */
    synchronized @Nullable Slice read(
            long position, long to, SubscriptionSettings.Filter filter, Bucket.Range buckets, int limit) {
        if (position < behind || position > upTo) {
            return null;
        }
        List<TailEvent> found = new ArrayList<>();
        long end = Math.min(to, upTo);
        if (end <= position) {
            return new Slice(found, position);
        }
        for (TailEvent event : events.subMap(position, false, end, true).values()) {
            if (event.in(buckets) && filter.matches(event.stored())) {
                if (!event.read()) {
                    return found.isEmpty() ? null : new Slice(found, event.position() - 1);
                }
                found.add(event);
                if (found.size() == limit) {
                    return new Slice(found, event.position());
                }
            }
        }
        return new Slice(found, end);
    }
}
