package io.eventsource.event;

import java.util.Comparator;

/**
 * An event type at one revision: what decides how a stored payload is read.
 *
 * @param eventType a stored name
 * @param revision the revision of the payload's shape
 */
public record EventRevision(String eventType, int revision) implements Comparable<EventRevision> {

    private static final Comparator<EventRevision> BY_TYPE_AND_REVISION =
            Comparator.comparing(EventRevision::eventType).thenComparingInt(EventRevision::revision);

    @Override
    public int compareTo(EventRevision other) {
        return BY_TYPE_AND_REVISION.compare(this, other);
    }

    @Override
    public String toString() {
        return "'%s' revision %d".formatted(eventType, revision);
    }
}
