package io.eventsource.event;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.event.EventDecodingException.UnknownEventTypeException;
import io.eventsource.event.EventDecodingException.UnreadableRevisionException;
import io.eventsource.event.EventRegistry.EventTypeDescriptor;
import io.eventsource.event.Upcaster.InvalidUpcasterException;
import io.eventsource.event.Upcaster.RevisedEvent;
import io.eventsource.failure.FailureText;
import io.eventsource.payload.EventEncodingException;
import io.eventsource.payload.PayloadProof;
import io.eventsource.payload.PayloadSerializer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns events into what the store keeps and back. Thread-safe. */
public final class EventCodec {

    private final EventRegistry registry;
    private final PayloadSerializer serializer;
    private final PayloadProof proof;
    private final Map<Class<?>, Encoding> encodings;
    private final UpcasterGraph upcasters;

    /**
     * Creates a codec that reads each type in the revision that its class has, and no other.
     *
     * @param registry the known event classes
     * @param serializer the JSON form of payloads
     * @throws io.eventsource.payload.UnprovenTypeException when events of a class may not come back from JSON as they were
     */
    public EventCodec(EventRegistry registry, PayloadSerializer serializer) {
        this(registry, serializer, List.of());
    }

    /**
     * Creates a codec.
     *
     * @param registry the known event classes
     * @param serializer the JSON form of payloads
     * @param upcasters lead from older revisions to those that the classes have
     * @throws InvalidUpcasterException when two begin at the same revision, one leads to where nothing leads on, a type's
     *     revision does not rise, they lead in a circle, or one begins where a class is already
     * @throws io.eventsource.payload.UnprovenTypeException when events of a class may not come back from JSON as they were
     */
    public EventCodec(EventRegistry registry, PayloadSerializer serializer, Collection<? extends Upcaster> upcasters) {
        this.registry = registry;
        this.serializer = serializer;
        this.proof = new PayloadProof(serializer);
        this.encodings = registry.subtypesOf(Object.class).stream()
                .collect(Collectors.toUnmodifiableMap(EventTypeDescriptor::eventClass, Encoding::new));
        proof.prove(registry.subtypesOf(Object.class).stream()
                .map(EventTypeDescriptor::eventClass)
                .toList());
        this.upcasters = new UpcasterGraph(registry, upcasters);
    }

    /**
     * The known event classes.
     *
     * @return the registry
     */
    public EventRegistry registry() {
        return registry;
    }

    /**
     * What shows that events can be read back.
     *
     * @return the proof, which has proven all registered classes
     */
    public PayloadProof proof() {
        return proof;
    }

    /**
     * Encodes an event. The first of each class in a process are read back and compared before they are handed out.
     *
     * @param event an instance of a registered class
     * @return name, revision and JSON
     * @throws InvalidDeclarationException when the class has no name or is not registered
     * @throws EventEncodingException when the payload cannot be written, holds what PostgreSQL cannot store, or comes back as
     *     another
     */
    public EncodedPayload encode(Object event) {
        Encoding encoding = encodings.get(event.getClass());
        if (encoding == null) {
            // says why
            encoding = new Encoding(registry.descriptorOf(event.getClass()));
        }
        EventTypeDescriptor descriptor = encoding.descriptor;
        return new EncodedPayload(descriptor.name(), descriptor.revision(), encoding.write(event, proof));
    }

    /** How many events of a class have been read back. A race may read back some more. */
    private static final class Encoding {

        private static final int READ_BACK = 16;

        private final EventTypeDescriptor descriptor;
        private int toReadBack = READ_BACK;

        Encoding(EventTypeDescriptor descriptor) {
            this.descriptor = descriptor;
        }

        String write(Object event, PayloadProof proof) {
            if (toReadBack <= 0) {
                return proof.writeUncompared(event);
            }
            String json = proof.write(event, event.getClass());
            toReadBack--;
            return json;
        }
    }

    /**
     * Whether events of a type and revision have a way to a class. Their payloads may still not fit.
     *
     * @param revision a stored name and revision
     * @return whether a class has this revision or an upcaster begins at it
     */
    public boolean reads(EventRevision revision) {
        EventTypeDescriptor descriptor = registry.find(revision.eventType());
        return (descriptor != null && descriptor.revision() == revision.revision()) || upcasters.leadsFrom(revision);
    }

    /**
     * Whether a stored event needs no upcaster to be read.
     *
     * @param event the stored event
     * @return whether a class has its type, and the revision in which it is stored
     */
    public boolean isCurrent(StoredEvent event) {
        EventTypeDescriptor descriptor = registry.find(event.eventType());
        return descriptor != null && descriptor.revision() == event.revision();
    }

    /**
     * What has to be read to get all events of some types.
     *
     * @param eventTypes the types, by their names or aliases
     * @return the selection
     */
    public EventSelection select(Set<String> eventTypes) {
        return new EventSelection(this, upcasters, eventTypes);
    }

    /**
     * What has to be read to get all events of some types as they are stored.
     *
     * @param storedNames the types, by their names in the store; they need not be registered
     * @return the selection, whose events have a {@link StoredEvent} as their payload
     */
    public EventSelection selectUndecoded(Set<String> storedNames) {
        return EventSelection.undecoded(this, storedNames);
    }

    /**
     * Decodes a stored event. In the revision that its class has it is read as it is; an older one goes through the
     * upcasters, which may make several events of it, or none.
     *
     * @param event the stored event
     * @return the event's parts in order, with their payloads as instances of their classes; most often one
     * @throws UnknownEventTypeException when no registered class and no upcaster bears the stored name
     * @throws UnreadableRevisionException when the class has another revision and no upcaster begins at the stored one
     * @throws EventDecodingException when an upcaster fails, or a payload does not fit its class
     */
    public List<EventEnvelope<Object>> decode(StoredEvent event) {
        return decode(event, null);
    }

    /** Decodes the parts that are of some types, given as their classes name them; null means all. */
    List<EventEnvelope<Object>> decode(StoredEvent event, @Nullable Set<String> eventTypes) {
        EventTypeDescriptor descriptor = registry.find(event.eventType());
        if (descriptor != null && descriptor.revision() == event.revision()) {
            return eventTypes == null || eventTypes.contains(descriptor.name())
                    ? List.of(part(event, descriptor, event.payload(), 1, 1))
                    : List.of();
        }
        EventRevision stored = event.header().type();
        if (!upcasters.leadsFrom(stored)) {
            throw upcasters.unreadable(event, descriptor);
        }
        if (eventTypes != null && !upcasters.mayBecome(stored, eventTypes)) {
            return List.of();
        }
        return decode(event, upcasters.upcast(event), eventTypes);
    }

    private List<EventEnvelope<Object>> decode(
            StoredEvent event, List<RevisedEvent> parts, @Nullable Set<String> eventTypes) {
        List<EventEnvelope<Object>> decoded = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            String name = parts.get(i).revision().eventType();
            if (eventTypes == null || eventTypes.contains(name)) {
                // every way through the upcasters has been checked to end at a class
                EventTypeDescriptor descriptor = Objects.requireNonNull(registry.find(name), name);
                String json = PayloadTrees.write(parts.get(i).payload());
                decoded.add(part(event, descriptor, json, i + 1, parts.size()));
            }
        }
        return decoded;
    }

    private EventEnvelope<Object> part(
            StoredEvent event, EventTypeDescriptor descriptor, String json, int part, int parts) {
        Object payload;
        try {
            payload = serializer.deserialize(json, descriptor.eventClass());
        } catch (RuntimeException failure) {
            throw new EventDecodingException(
                    event,
                    "its payload does not fit %s: %s"
                            .formatted(descriptor.eventClass().getName(), FailureText.of(failure)),
                    failure);
        }
        return new EventEnvelope<>(event.header().as(descriptor.name(), descriptor.revision()), payload, part, parts);
    }

    /**
     * A payload ready to be stored.
     *
     * @param eventType the stored name
     * @param revision the revision of the payload's shape
     * @param json the payload as JSON text
     */
    public record EncodedPayload(String eventType, int revision, String json) {}
}
