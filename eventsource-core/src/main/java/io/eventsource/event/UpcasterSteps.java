package io.eventsource.event;

import io.eventsource.EventSourceException;
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
 * Operations on the fields of a payload, carried out in the order given, and where they lead. Immutable; each method that
 * adds an operation returns a copy. All need payloads that are JSON objects, and look at their outermost fields;
 * {@link #change} reaches the rest.
 */
public final class UpcasterSteps {

    private final EventRevision from;
    private final List<BiConsumer<ObjectNode, StoredEvent>> operations;

    private UpcasterSteps(EventRevision from, List<BiConsumer<ObjectNode, StoredEvent>> operations) {
        this.from = from;
        this.operations = operations;
    }

    static UpcasterSteps from(EventRevision from) {
        return new UpcasterSteps(from, List.of());
    }

    /**
     * Renames a field. Without the field nothing happens.
     *
     * @param name the field
     * @param newName its new name; reading an event that has both fields fails
     * @return these steps and this one
     */
    public UpcasterSteps renameField(String name, String newName) {
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
    public UpcasterSteps convertField(String name, UnaryOperator<JsonNode> conversion) {
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
    public UpcasterSteps defaultValue(String name, @Nullable Object value) {
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
    public UpcasterSteps dropField(String name) {
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
    public UpcasterSteps mergeFields(Collection<String> names, String into, Function<ObjectNode, JsonNode> merge) {
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
    public UpcasterSteps change(BiConsumer<ObjectNode, StoredEvent> operation) {
        List<BiConsumer<ObjectNode, StoredEvent>> more = new ArrayList<>(operations);
        more.add(operation);
        return new UpcasterSteps(from, List.copyOf(more));
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
