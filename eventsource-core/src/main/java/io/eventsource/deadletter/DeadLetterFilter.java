package io.eventsource.deadletter;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters. What is null or empty does not restrict. Immutable; the methods that begin with {@code with} return a copy.
 *
 * @param statuses what has become of them
 * @param projection whose they are
 * @param eventType the name that the event is stored under
 * @param aggregateId the event's stream
 * @param failedFrom failed first at this time or later
 * @param failedBefore failed first before this time
 */
public record DeadLetterFilter(
        Set<DeadLetterStatus> statuses,
        @Nullable String projection,
        @Nullable String eventType,
        @Nullable UUID aggregateId,
        @Nullable Instant failedFrom,
        @Nullable Instant failedBefore) {

    /** All there are. */
    public static final DeadLetterFilter ALL = new DeadLetterFilter(Set.of(), null, null, null, null, null);

    /** All that are still to be handled. */
    public static final DeadLetterFilter OPEN =
            ALL.withStatuses(DeadLetterStatus.FAILED, DeadLetterStatus.WAITING, DeadLetterStatus.RETRYING);

    /** Copies the set. */
    public DeadLetterFilter {
        statuses = Set.copyOf(statuses);
    }

    /**
     * This filter for other statuses.
     *
     * @param newStatuses which; none means all
     * @return a copy
     */
    public DeadLetterFilter withStatuses(DeadLetterStatus... newStatuses) {
        return new DeadLetterFilter(Set.of(newStatuses), projection, eventType, aggregateId, failedFrom, failedBefore);
    }

    /**
     * This filter for one projection.
     *
     * @param newProjection its name
     * @return a copy
     */
    public DeadLetterFilter withProjection(String newProjection) {
        return new DeadLetterFilter(statuses, newProjection, eventType, aggregateId, failedFrom, failedBefore);
    }

    /**
     * This filter for one type of events.
     *
     * @param newEventType the name that they are stored under
     * @return a copy
     */
    public DeadLetterFilter withEventType(String newEventType) {
        return new DeadLetterFilter(statuses, projection, newEventType, aggregateId, failedFrom, failedBefore);
    }

    /**
     * This filter for one aggregate.
     *
     * @param newAggregateId its id
     * @return a copy
     */
    public DeadLetterFilter withAggregate(UUID newAggregateId) {
        return new DeadLetterFilter(statuses, projection, eventType, newAggregateId, failedFrom, failedBefore);
    }

    /**
     * This filter for a time.
     *
     * @param from failed first at this time or later; null for no bound
     * @param before failed first before this time; null for no bound
     * @return a copy
     */
    public DeadLetterFilter withFirstFailure(@Nullable Instant from, @Nullable Instant before) {
        return new DeadLetterFilter(statuses, projection, eventType, aggregateId, from, before);
    }
}
