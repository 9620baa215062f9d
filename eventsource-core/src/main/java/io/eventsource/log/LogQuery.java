package io.eventsource.log;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which events of the log to read, in position order. Immutable; the methods that set something return a copy.
 *
 * @param afterPosition the position to read behind, 0 for the beginning
 * @param limit how many events at most, 1 or more
 * @param eventTypes names or aliases of event types; an empty set means every type. An event store also reads what is
 *     stored under their other names, and older events that upcasters lead to them
 * @param aggregateTypes stream types; an empty set means every type
 * @param tenantId only this tenant's events; null means every tenant
 * @param from only events inserted at this time or later, by the database's clock; null means no bound
 * @param to only events inserted before this time, by the database's clock; null means no bound
 */
public record LogQuery(
        long afterPosition,
        int limit,
        Set<String> eventTypes,
        Set<String> aggregateTypes,
        @Nullable String tenantId,
        @Nullable Instant from,
        @Nullable Instant to) {

    private static final int DEFAULT_LIMIT = 1000;

    /**
     * Checks the bounds and copies the sets.
     *
     * @throws IllegalArgumentException when the position is negative or the limit not positive
     */
    public LogQuery {
        if (afterPosition < 0 || limit < 1) {
            throw new IllegalArgumentException(
                    "afterPosition must be 0 or more and limit 1 or more, but they are %d and %d"
                            .formatted(afterPosition, limit));
        }
        eventTypes = Set.copyOf(eventTypes);
        aggregateTypes = Set.copyOf(aggregateTypes);
    }

    /**
     * The first 1,000 events behind a position.
     *
     * @param position the position to read behind, 0 for the beginning
     * @return the query
     */
    public static LogQuery after(long position) {
        return new LogQuery(position, DEFAULT_LIMIT, Set.of(), Set.of(), null, null, null);
    }

    /**
     * This query with a limit.
     *
     * @param limit how many events at most
     * @return a copy
     */
    public LogQuery limit(int limit) {
        return new LogQuery(afterPosition, limit, eventTypes, aggregateTypes, tenantId, from, to);
    }

    /**
     * This query for some types of events.
     *
     * @param eventTypes names or aliases of event types; an empty set means every type. An event store also reads what is
     *     stored under their other names, and older events that upcasters lead to them
     * @return a copy
     */
    public LogQuery eventTypes(Set<String> eventTypes) {
        return new LogQuery(afterPosition, limit, eventTypes, aggregateTypes, tenantId, from, to);
    }

    /**
     * This query for some types of aggregates.
     *
     * @param aggregateTypes stream types; an empty set means every type
     * @return a copy
     */
    public LogQuery aggregateTypes(Set<String> aggregateTypes) {
        return new LogQuery(afterPosition, limit, eventTypes, aggregateTypes, tenantId, from, to);
    }

    /**
     * This query for one tenant.
     *
     * @param tenantId the tenant; null means every tenant
     * @return a copy
     */
    public LogQuery tenantId(@Nullable String tenantId) {
        return new LogQuery(afterPosition, limit, eventTypes, aggregateTypes, tenantId, from, to);
    }

    /**
     * This query from a position on.
     *
     * @param position the position to read behind
     * @return a copy
     */
    public LogQuery behind(long position) {
        return new LogQuery(position, limit, eventTypes, aggregateTypes, tenantId, from, to);
    }

    /**
     * This query for a span of time. Times of insertion are not monotone in position, since transactions overlap.
     *
     * @param from the earliest time of insertion; null means no bound
     * @param to the time that insertion must precede; null means no bound
     * @return a copy
     */
    public LogQuery between(@Nullable Instant from, @Nullable Instant to) {
        return new LogQuery(afterPosition, limit, eventTypes, aggregateTypes, tenantId, from, to);
    }
}
