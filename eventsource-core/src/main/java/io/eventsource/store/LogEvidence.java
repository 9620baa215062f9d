package io.eventsource.store;

import java.util.List;
import java.util.Set;

/**
 * What the settled head is concluded from. Each method is one statement with a snapshot of its own, outside any
 * surrounding transaction.
 */
interface LogEvidence {

    /**
     * Positions visible behind a position, ascending.
     *
     * @param position the position to read behind
     * @param limit how many at most
     */
    List<Long> positionsAfter(long position, int limit);

    /** The highest visible position, 0 in an empty log. */
    long highestPosition();

    /** A settled head that some reader has published, 0 when none has. */
    long publishedHead();

    /** Publishes a settled head, unless a later one is published or this one is no longer in the log. */
    void publish(long head);

    /** The virtual ids of the transactions, prepared ones included, that may have drawn positions. */
    Set<String> writers();

    /** The same transactions for people to read. */
    List<LogWriter> describeWriters();
}
