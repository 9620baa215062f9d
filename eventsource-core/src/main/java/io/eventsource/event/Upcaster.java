package io.eventsource.event;

import io.eventsource.EventSourceException;
import java.io.Serial;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

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
    static Steps from(String eventType, int revision) {
        return Steps.from(new EventRevision(eventType, revision));
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

    /**
     * What an {@link Upcaster} makes of an event, or of a part of it.
     *
     * @param revision the type and revision that the payload has now
     * @param payload the payload
     */
    public record RevisedEvent(EventRevision revision, JsonNode payload) {

        /**
         * A payload in the shape of a type and revision.
         *
         * @param eventType the type
         * @param revision the revision
         * @param payload the payload
         * @return the revised event
         */
        public static RevisedEvent of(String eventType, int revision, JsonNode payload) {
            return new RevisedEvent(new EventRevision(eventType, revision), payload);
        }
    }

    /**
     * Operations on the fields of a payload, carried out in the order given, and where they lead. Immutable; each method that
     * adds an operation returns a copy. All need payloads that are JSON objects, and look at their outermost fields;
     * {@link #change} reaches the rest.
     */
    public static final class Steps {

        private final EventRevision from;
        private final List<BiConsumer<ObjectNode, StoredEvent>> operations;

        private Steps(EventRevision from, List<BiConsumer<ObjectNode, StoredEvent>> operations) {
            this.from = from;
            this.operations = operations;
        }

        static Steps from(EventRevision from) {
            return new Steps(from, List.of());
        }

        /**
         * Renames a field. Without the field nothing happens.
         *
         * @param name the field
         * @param newName its new name; reading an event that has both fields fails
         * @return these steps and this one
         */
        public Steps renameField(String name, String newName) {
            return change((payload, stored) -> {
                JsonNode value = payload.remove(name);
                if (value != null) {
                    put(payload, newName, value);
                }
            });
        }

        /**
         * Converts a field, for example to another type. Without the field nothing happens; a JSON null is converted too.
         *
         * @param name the field
         * @param conversion makes the new value of the old one
         * @return these steps and this one
         */
        public Steps convertField(String name, UnaryOperator<JsonNode> conversion) {
            return change((payload, stored) -> {
                JsonNode value = payload.get(name);
                if (value != null) {
                    payload.set(name, Objects.requireNonNull(conversion.apply(value)));
                }
            });
        }

        /**
         * Adds a field where it is absent. A JSON null counts as present.
         *
         * @param name the field
         * @param value anything that Jackson writes as JSON, such as a text or a number, or null for a JSON null
         * @return these steps and this one
         */
        public Steps defaultValue(String name, @Nullable Object value) {
            JsonNode tree = PayloadTrees.of(value);
            return change((payload, stored) -> {
                if (!payload.has(name)) {
                    payload.set(name, tree.deepCopy());
                }
            });
        }

        /**
         * Removes a field. Without the field nothing happens.
         *
         * @param name the field
         * @return these steps and this one
         */
        public Steps dropField(String name) {
            return change((payload, stored) -> payload.remove(name));
        }

        /**
         * Merges several fields into one.
         *
         * @param names the fields, which are removed
         * @param into the new field; may be one of them, otherwise reading an event that has it already fails
         * @param merge makes the value of an object that holds those of the fields that are present
         * @return these steps and this one
         */
        public Steps mergeFields(Collection<String> names, String into, Function<ObjectNode, JsonNode> merge) {
            List<String> fields = List.copyOf(names);
            return change((payload, stored) -> {
                ObjectNode values = JsonNodeFactory.instance.objectNode();
                for (String name : fields) {
                    JsonNode value = payload.remove(name);
                    if (value != null) {
                        values.set(name, value);
                    }
                }
                put(payload, into, Objects.requireNonNull(merge.apply(values)));
            });
        }

        /**
         * Changes the payload in any other way.
         *
         * @param operation changes the object it is given; also gets the event as it is stored, for its time and metadata
         * @return these steps and this one
         */
        public Steps change(BiConsumer<ObjectNode, StoredEvent> operation) {
            List<BiConsumer<ObjectNode, StoredEvent>> more = new ArrayList<>(operations);
            more.add(operation);
            return new Steps(from, List.copyOf(more));
        }

        /**
         * Ends at the same type's next revision.
         *
         * @return the upcaster
         */
        public Upcaster toNextRevision() {
            return toRevision(from.revision() + 1);
        }

        /**
         * Ends at a later revision of the same type.
         *
         * @param revision the revision
         * @return the upcaster
         */
        public Upcaster toRevision(int revision) {
            return toType(from.eventType(), revision);
        }

        /**
         * Ends at another type: renames the type from this revision on. To rename a type in all revisions, {@link
         * EventType#aliases()} is enough.
         *
         * @param eventType the type
         * @param revision the revision
         * @return the upcaster
         */
        public Upcaster toType(String eventType, int revision) {
            EventRevision target = new EventRevision(eventType, revision);
            return splitInto(Set.of(target), payload -> List.of(new RevisedEvent(target, payload)));
        }

        /**
         * Drops the events: readers do not see them, though their versions and positions count.
         *
         * @return the upcaster
         */
        public Upcaster toNothing() {
            return splitInto(Set.of(), payload -> List.of());
        }

        /**
         * Ends at several events.
         *
         * @param targets what may come out
         * @param split makes the parts, in order, of the payload; each gets a copy, so that they may share nodes
         * @return the upcaster
         */
        public Upcaster splitInto(Collection<EventRevision> targets, Function<ObjectNode, List<RevisedEvent>> split) {
            return new SteppedUpcaster(from, Set.copyOf(targets), operations, split);
        }

        private static void put(ObjectNode payload, String name, JsonNode value) {
            if (payload.has(name)) {
                throw new EventSourceException("there is a field '%s' already".formatted(name));
            }
            payload.set(name, value);
        }

        private record SteppedUpcaster(
                EventRevision from,
                Set<EventRevision> to,
                List<BiConsumer<ObjectNode, StoredEvent>> operations,
                Function<ObjectNode, List<RevisedEvent>> split)
                implements Upcaster {

            @Override
            public List<RevisedEvent> upcast(JsonNode payload, StoredEvent stored) {
                if (!(payload instanceof ObjectNode object)) {
                    throw new EventSourceException("the payload is not a JSON object but " + payload.getNodeType());
                }
                operations.forEach(operation -> operation.accept(object, stored));
                return split.apply(object);
            }
        }
    }

    /** The declared upcasters do not fit together or do not fit the registered classes. */
    final class InvalidUpcasterException extends EventSourceException {

        @Serial
        private static final long serialVersionUID = 1L;

        private final String eventType;
        private final int revision;

        InvalidUpcasterException(EventRevision from, String problem) {
            super("The upcaster from %s %s".formatted(from, problem));
            this.eventType = from.eventType();
            this.revision = from.revision();
        }

        /**
         * Which upcaster is at fault.
         *
         * @return the type and revision that it begins at
         */
        public EventRevision from() {
            return new EventRevision(eventType, revision);
        }
    }
}
