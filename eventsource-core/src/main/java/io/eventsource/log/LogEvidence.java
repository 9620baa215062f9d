package io.eventsource.log;

import io.eventsource.log.HighWaterMark.LogWriter;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the high-water mark is concluded from. Each method is one statement with a snapshot of its own, outside any
 * surrounding transaction.
 */
interface LogEvidence {

    /**
     * What one look sees.
     *
     * @param positions visible positions, ascending
     * @param incarnation of the log, or null when it has none or no position is visible
     * @param lastDrawn the last position that the sequence has handed out, read after the positions; 0 when it was reset, null when
     *     it may not be read or no position is visible
     */
    record Sight(List<Long> positions, @Nullable UUID incarnation, @Nullable Long lastDrawn) {}

    /**
     * What is visible from a position on.
     *
     * @param position the first position to read, if it is visible
     * @param limit how many at most
     */
    Sight from(long position, int limit);

    /** The last position that the sequence has handed out, also where it was reset; this user must be allowed to read it. */
    long lastDrawn();

    /** Changes whenever the server may have lost commits; null when nobody has named it since. */
    @Nullable UUID incarnation();

    /** Names the incarnation, if nobody has. */
    void nameIncarnation();

    /** The highest visible position, 0 in an empty log. */
    long highestPosition();

    /** A high-water mark that some reader has published, 0 when none has. */
    long publishedHighWaterMark();

    /** Publishes a high-water mark, unless a later one is published or this one is no longer in the log. */
    void publish(long mark);

    /** The virtual ids of the transactions, prepared ones included, that may have drawn positions. */
    Set<String> writers();

    /** The same transactions for people to read. */
    List<LogWriter> describeWriters();
}
