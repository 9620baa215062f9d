package io.eventsource.store;

import io.eventsource.event.StoredEvent;
import io.eventsource.log.EventPages.Page;
import io.eventsource.log.LogReader;
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
 * @param maxBytes how many bytes of JSON, payloads and headers together, 1 or more, unless the first event alone has more; with such a bound 1,000 events
 *     at most. {@link Long#MAX_VALUE} for no bound
 * @param direction in which order
 */
public record StreamQuery(
        UUID aggregateId,
        long fromVersion,
        long toVersion,
        long toPosition,
        @Nullable Instant toTime,
        int limit,
        long maxBytes,
        Direction direction) {

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException when a bound is out of range
     */
    public StreamQuery {
        if (fromVersion < 1 || toVersion < 1 || limit < 1 || maxBytes < 1 || toPosition < 0) {
            throw new IllegalArgumentException(
                    "fromVersion, toVersion, limit and maxBytes must be 1 or more and toPosition 0 or more, but they are %d, %d, %d, %d and %d"
                            .formatted(fromVersion, toVersion, limit, maxBytes, toPosition));
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
                aggregateId,
                1,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                null,
                Integer.MAX_VALUE,
                Long.MAX_VALUE,
                Direction.FORWARD);
    }

    /**
     * This query from a version on.
     *
     * @param version the lowest version
     * @return a copy
     */
    public StreamQuery from(long version) {
        return new StreamQuery(aggregateId, version, toVersion, toPosition, toTime, limit, maxBytes, direction);
    }

    /**
     * This query as of a version.
     *
     * @param version the highest version, inclusive
     * @return a copy
     */
    public StreamQuery to(long version) {
        return new StreamQuery(aggregateId, fromVersion, version, toPosition, toTime, limit, maxBytes, direction);
    }

    /**
     * This query as of a place in the log. Events that the current transaction has not inserted yet are left out.
     *
     * @param position the highest position, inclusive
     * @return a copy
     */
    public StreamQuery asOfPosition(long position) {
        return new StreamQuery(aggregateId, fromVersion, toVersion, position, toTime, limit, maxBytes, direction);
    }

    /**
     * This query as of a time. What had been inserted then may have been committed a little later. Events that the current
     * transaction has not inserted yet are left out.
     *
     * @param time the latest time of insertion, inclusive
     * @return a copy
     */
    public StreamQuery asOfTime(Instant time) {
        return new StreamQuery(aggregateId, fromVersion, toVersion, toPosition, time, limit, maxBytes, direction);
    }

    /**
     * This query with a limit.
     *
     * @param limit how many events at most
     * @return a copy
     */
    public StreamQuery limit(int limit) {
        return new StreamQuery(aggregateId, fromVersion, toVersion, toPosition, toTime, limit, maxBytes, direction);
    }

    /**
     * This query with a bound on the memory that its answer takes: about four times so many bytes.
     *
     * @param bytes how many bytes of JSON at most, unless the first event alone has more
     * @return a copy
     */
    public StreamQuery maxBytes(long bytes) {
        return new StreamQuery(aggregateId, fromVersion, toVersion, toPosition, toTime, limit, bytes, direction);
    }

    /**
     * This query newest first.
     *
     * @return a copy
     */
    public StreamQuery backward() {
        return new StreamQuery(
                aggregateId, fromVersion, toVersion, toPosition, toTime, limit, maxBytes, Direction.BACKWARD);
    }

    /**
     * Puts events that are not stored yet to those that are.
     *
     * @param stored what the database answered to this query
     * @param pending further events of the stream, newer than all stored ones, by version
     * @return what the database would answer if it knew them
     */
    Page merge(Page stored, List<StoredEvent> pending) {
        if (pending.isEmpty() || (stored.truncated() && direction == Direction.FORWARD)) {
            return stored;
        }
        Comparator<StoredEvent> byVersion = Comparator.comparingLong(StoredEvent::version);
        List<StoredEvent> all = Stream.concat(
                        stored.events().stream(),
                        pending.stream()
                                // they have neither a position nor a time of insertion
                                .filter(event -> toPosition == Long.MAX_VALUE && toTime == null)
                                .filter(event -> event.version() >= fromVersion && event.version() <= toVersion))
                .sorted(direction == Direction.FORWARD ? byVersion : byVersion.reversed())
                .limit(limit)
                .toList();
        List<StoredEvent> fitting = fitting(all);
        return new Page(fitting, stored.truncated() || fitting.size() < all.size());
    }

    private List<StoredEvent> fitting(List<StoredEvent> events) {
        long left = maxBytes;
        for (int i = 0; i < events.size(); i++) {
            left -= LogReader.size(events.get(i));
            if (left < 0 && i > 0) {
                return events.subList(0, i);
            }
        }
        return events;
    }

    /** In which order a stream is read. */
    public enum Direction {
        /** Oldest first. */
        FORWARD,
        /** Newest first. */
        BACKWARD
    }
}
