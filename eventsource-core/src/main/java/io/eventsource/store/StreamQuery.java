package io.eventsource.store;

import io.eventsource.event.StoredEvent;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which events of one stream to read. Immutable; the methods that set something return a copy.
 *
 * @param aggregateId the stream
 * @param fromVersion the lowest version, 1 or more
 * @param toVersion the highest version, inclusive
 * @param toPosition the highest position, inclusive: the stream as of a place in the log
 * @param toTime the latest time of insertion by the database's clock, inclusive: the stream as of a time; null for no bound
 * @param limit how many stored events at most, 1 or more; one that upcasters split counts once
 * @param direction in which order
 */
public record StreamQuery(
        UUID aggregateId,
        long fromVersion,
        long toVersion,
        long toPosition,
        @Nullable Instant toTime,
        int limit,
        Direction direction) {

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException when a bound is out of range
     */
    public StreamQuery {
        if (fromVersion < 1 || toVersion < 1 || limit < 1 || toPosition < 0) {
            throw new IllegalArgumentException(
                    "fromVersion, toVersion and limit must be 1 or more and toPosition 0 or more, but they are %d, %d, %d and %d"
                            .formatted(fromVersion, toVersion, limit, toPosition));
        }
    }

    /**
     * All events of a stream, oldest first.
     *
     * @param aggregateId the stream
     * @return the query
     */
    public static StreamQuery of(UUID aggregateId) {
        return new StreamQuery(
                aggregateId, 1, Long.MAX_VALUE, Long.MAX_VALUE, null, Integer.MAX_VALUE, Direction.FORWARD);
    }

    /**
     * This query from a version on.
     *
     * @param version the lowest version
     * @return a copy
     */
    public StreamQuery from(long version) {
        return new StreamQuery(aggregateId, version, toVersion, toPosition, toTime, limit, direction);
    }

    /**
     * This query as of a version.
     *
     * @param version the highest version, inclusive
     * @return a copy
     */
    public StreamQuery to(long version) {
        return new StreamQuery(aggregateId, fromVersion, version, toPosition, toTime, limit, direction);
    }

    /**
     * This query as of a place in the log. Events that the current transaction has not inserted yet are left out.
     *
     * @param position the highest position, inclusive
     * @return a copy
     */
    public StreamQuery asOfPosition(long position) {
        return new StreamQuery(aggregateId, fromVersion, toVersion, position, toTime, limit, direction);
    }

    /**
     * This query as of a time. What had been inserted then may have been committed a little later. Events that the current
     * transaction has not inserted yet are left out.
     *
     * @param time the latest time of insertion, inclusive
     * @return a copy
     */
    public StreamQuery asOfTime(Instant time) {
        return new StreamQuery(aggregateId, fromVersion, toVersion, toPosition, time, limit, direction);
    }

    /**
     * This query with a limit.
     *
     * @param limit how many events at most
     * @return a copy
     */
    public StreamQuery limit(int limit) {
        return new StreamQuery(aggregateId, fromVersion, toVersion, toPosition, toTime, limit, direction);
    }

    /**
     * This query newest first.
     *
     * @return a copy
     */
    public StreamQuery backward() {
        return new StreamQuery(aggregateId, fromVersion, toVersion, toPosition, toTime, limit, Direction.BACKWARD);
    }

    /**
     * Puts events that are not stored yet to those that are.
     *
     * @param stored what the database answered to this query
     * @param pending further events of the stream, newer than all stored ones, by version
     * @return what the database would answer if it knew them
     */
    List<StoredEvent> merge(List<StoredEvent> stored, List<StoredEvent> pending) {
        Comparator<StoredEvent> byVersion = Comparator.comparingLong(StoredEvent::version);
        return Stream.concat(
                        stored.stream(),
                        pending.stream()
                                // they have neither a position nor a time of insertion
                                .filter(event -> toPosition == Long.MAX_VALUE && toTime == null)
                                .filter(event -> event.version() >= fromVersion && event.version() <= toVersion))
                .sorted(direction == Direction.FORWARD ? byVersion : byVersion.reversed())
                .limit(limit)
                .toList();
    }

    /** In which order a stream is read. */
    public enum Direction {
        /** Oldest first. */
        FORWARD,
        /** Newest first. */
        BACKWARD
    }
}
