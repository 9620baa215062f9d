package io.eventsource.event;

import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Leads payloads of one type and revision to what newer code reads, each time such an event is read. What is stored stays
 * as it is. Upcasters are chained: what one makes is given to the upcaster that begins there, until a registered class has
 * the type and the revision. Implementations are thread-safe, have no side effects, and give the same result for the same
 * event each time.
 *
 * <p>One event may become one other, several, or none. Several keep the event's position, version and id, and are told
 * apart by {@link EventEnvelope#part()}. Fields may be merged; <em>separate stored events are not</em>: versions and
 * positions are what expected versions, checkpoints and other readers' bookkeeping refer to, and a merged event would
 * depend on where a read begins and ends. Fold such events together where state is made, in the aggregate or the projection.
 *
 * <p>In an application every bean of this type takes part. Most are written with {@link #from}:
 *
 * <pre>{@code
 * Upcaster.from("order.created", 1)
 *         .renameField("customer", "customerId")
 *         .defaultValue("currency", "EUR")
 *         .toNextRevision();
 * }</pre>
 */
public interface Upcaster {

    /**
     * Begins an upcaster out of ready-made operations.
     *
     * @param eventType the type of the events to upcast, as stored
     * @param revision their revision
     * @return steps without an operation
     */
    static UpcasterSteps from(String eventType, int revision) {
        return UpcasterSteps.from(new EventRevision(eventType, revision));
    }

    /**
     * Which events are upcast.
     *
     * @return type and revision, always the same
     */
    EventRevision from();

    /**
     * What they may become. Read models are given events by this: a type that does not stand here would not be found.
     *
     * @return types and revisions, always the same; empty when all the events are dropped
     */
    Set<EventRevision> to();

    /**
     * Upcasts one event.
     *
     * @param payload the payload in the shape of {@link #from()}, which the upcaster may change and give back
     * @param stored the event as it is stored, for its time and metadata; its own payload may be older than {@code payload}
     * @return what it becomes, in order, each of a type and revision in {@link #to()}; empty to drop the event
     * @throws RuntimeException when the payload is not as it should be; readers get an {@link EventDecodingException}
     */
    List<RevisedEvent> upcast(JsonNode payload, StoredEvent stored);
}
