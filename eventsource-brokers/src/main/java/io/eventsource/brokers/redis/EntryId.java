package io.eventsource.brokers.redis;

import java.time.Instant;

/**
 * The id of an entry in a stream: the server's time when it was added, and a number within the millisecond.
 *
 * @param millis the time
 * @param number the number
 */
record EntryId(long millis, long number) implements Comparable<EntryId> {

    static EntryId of(String text) {
        int dash = text.indexOf('-');
        return dash < 0
                ? new EntryId(Long.parseLong(text), 0)
                : new EntryId(Long.parseLong(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1)));
    }

    /** The lowest id above this one. */
    EntryId next() {
        return new EntryId(millis, number + 1);
    }

    Instant time() {
        return Instant.ofEpochMilli(millis);
    }

    @Override
    public int compareTo(EntryId other) {
        int byTime = Long.compare(millis, other.millis);
        return byTime != 0 ? byTime : Long.compare(number, other.number);
    }

    @Override
    public String toString() {
        return millis + "-" + number;
    }
}
