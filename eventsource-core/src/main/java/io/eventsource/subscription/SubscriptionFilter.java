package io.eventsource.subscription;

import io.eventsource.event.StoredEvent;
import io.eventsource.log.LogQuery;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which events a subscription handles, among those that its handlers are for. The others are not even read when it catches
 * up.
 *
 * @param eventTypes names of types; an empty set means all that there are handlers for
 * @param aggregateTypes stream types; an empty set means every type
 * @param tenantId only this tenant's events; null means every tenant
 */
public record SubscriptionFilter(Set<String> eventTypes, Set<String> aggregateTypes, @Nullable String tenantId) {

    /** Everything that there are handlers for. */
    public static final SubscriptionFilter NONE = new SubscriptionFilter(Set.of(), Set.of(), null);

    /** Copies the sets. */
    public SubscriptionFilter {
        eventTypes = Set.copyOf(eventTypes);
        aggregateTypes = Set.copyOf(aggregateTypes);
    }

    /** This filter for all names under which the events may be stored. */
    SubscriptionFilter of(Set<String> storedNames) {
        return new SubscriptionFilter(storedNames, aggregateTypes, tenantId);
    }

    LogQuery query(long position, int limit) {
        return new LogQuery(position, limit, eventTypes, aggregateTypes, tenantId, null, null);
    }

    boolean matches(StoredEvent event) {
        return (eventTypes.isEmpty() || eventTypes.contains(event.eventType()))
                && (aggregateTypes.isEmpty() || aggregateTypes.contains(event.aggregateType()))
                && (tenantId == null || tenantId.equals(event.metadata().tenantId()));
    }
}
