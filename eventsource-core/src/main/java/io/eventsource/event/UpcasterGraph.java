package io.eventsource.event;

import io.eventsource.event.EventDecodingException.UnknownEventTypeException;
import io.eventsource.event.EventDecodingException.UnreadableRevisionException;
import io.eventsource.event.EventRegistry.EventTypeDescriptor;
import io.eventsource.event.Upcaster.InvalidUpcasterException;
import io.eventsource.event.Upcaster.RevisedEvent;
import io.eventsource.failure.FailureText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Where upcasters lead from each type and revision. Aliases are replaced by the names that they stand for. Once made, every
 * way ends at a registered class in the revision that it has, or at nothing.
 */
final class UpcasterGraph {

    private final EventRegistry registry;
    private final SortedMap<EventRevision, Upcaster> byStart = new TreeMap<>();

    /**
     * Checks how the upcasters fit together.
     *
     * @throws InvalidUpcasterException naming the upcaster at fault
     */
    UpcasterGraph(EventRegistry registry, Collection<? extends Upcaster> upcasters) {
        this.registry = registry;
        for (Upcaster upcaster : upcasters) {
            if (byStart.putIfAbsent(current(upcaster.from()), upcaster) != null) {
                throw new InvalidUpcasterException(
                        upcaster.from(),
                        "is declared twice. Keep one, or make one of the two changes a revision later.");
            }
        }
        byStart.forEach(this::check);
        byStart.keySet().forEach(start -> requireAcyclic(start, start, new HashSet<>()));
    }

    /** The same revision under the name that its class bears now. */
    EventRevision current(EventRevision revision) {
        EventTypeDescriptor descriptor = registry.find(revision.eventType());
        return descriptor == null ? revision : new EventRevision(descriptor.name(), revision.revision());
    }

    private void check(EventRevision start, Upcaster upcaster) {
        if (start.revision() < 1) {
            throw new InvalidUpcasterException(start, "begins nowhere: revisions begin with 1.");
        }
        EventTypeDescriptor descriptor = registry.find(start.eventType());
        if (descriptor != null && start.revision() >= descriptor.revision()) {
            throw new InvalidUpcasterException(
                    start,
                    "begins at or behind revision %d, which %s has. Raise the revision in @EventType, or remove the upcaster."
                            .formatted(
                                    descriptor.revision(),
                                    descriptor.eventClass().getName()));
        }
        upcaster.to().forEach(target -> checkTarget(start, current(target)));
    }

    private void checkTarget(EventRevision start, EventRevision target) {
        EventTypeDescriptor descriptor = registry.find(target.eventType());
        if (target.eventType().equals(start.eventType()) && target.revision() <= start.revision()) {
            throw new InvalidUpcasterException(
                    start, "leads to %s, but the revision must rise within a type.".formatted(target));
        }
        boolean atClass = descriptor != null && descriptor.revision() == target.revision();
        if (atClass || byStart.containsKey(target)) {
            return;
        }
        Set<Integer> onwards = revisions(target.eventType());
        throw new InvalidUpcasterException(
                start,
                descriptor == null
                        ? "leads to %s, but no registered class bears that name and no upcaster leads on from there (upcasters of that type begin at %s)."
                                .formatted(target, onwards)
                        : "leads to %s, and no upcaster leads on from there to revision %d, which %s has (upcasters of that type begin at %s). Declare the missing one."
                                .formatted(
                                        target,
                                        descriptor.revision(),
                                        descriptor.eventClass().getName(),
                                        onwards));
    }

    private void requireAcyclic(EventRevision origin, EventRevision at, Set<EventRevision> seen) {
        Upcaster upcaster = byStart.get(at);
        if (upcaster == null || !seen.add(at)) {
            return;
        }
        for (EventRevision target : upcaster.to()) {
            if (current(target).equals(origin)) {
                throw new InvalidUpcasterException(origin, "leads back to itself, through %s.".formatted(at));
            }
            requireAcyclic(origin, current(target), seen);
        }
    }

    /** The revisions of a type that upcasters begin at. */
    Set<Integer> revisions(String eventType) {
        Set<Integer> revisions = new TreeSet<>();
        byStart.keySet().stream()
                .filter(start -> start.eventType().equals(eventType))
                .forEach(start -> revisions.add(start.revision()));
        return revisions;
    }

    boolean leadsFrom(EventRevision revision) {
        return byStart.containsKey(current(revision));
    }

    /** Whether an event of this revision may become one of these types, given as their classes name them. */
    boolean mayBecome(EventRevision revision, Set<String> eventTypes) {
        Upcaster upcaster = byStart.get(current(revision));
        return upcaster == null
                ? eventTypes.contains(current(revision).eventType())
                : upcaster.to().stream().anyMatch(target -> mayBecome(target, eventTypes));
    }

    /** All names under which events are stored that are read as one of these types. */
    Set<String> storedNames(Set<String> eventTypes) {
        Set<String> names = new LinkedHashSet<>(eventTypes);
        byStart.keySet().stream()
                .filter(start -> mayBecome(start, eventTypes))
                .forEach(start -> names.add(start.eventType()));
        Set<String> stored = new LinkedHashSet<>();
        for (String name : names) {
            EventTypeDescriptor descriptor = registry.find(name);
            stored.add(name);
            if (descriptor != null) {
                stored.addAll(descriptor.aliases());
            }
        }
        return stored;
    }

    /** Upcasts an event to the end; only for revisions that an upcaster begins at. */
    List<RevisedEvent> upcast(StoredEvent event) {
        List<RevisedEvent> ends = new ArrayList<>();
        JsonNode payload;
        try {
            payload = PayloadTrees.parse(event.payload());
        } catch (RuntimeException failure) {
            throw new EventDecodingException(event, "its payload is no JSON: " + FailureText.of(failure), failure);
        }
        follow(event, RevisedEvent.of(event.eventType(), event.revision(), payload), ends);
        return ends;
    }

    private void follow(StoredEvent event, RevisedEvent part, List<RevisedEvent> ends) {
        EventRevision at = current(part.revision());
        Upcaster upcaster = byStart.get(at);
        if (upcaster == null) {
            ends.add(new RevisedEvent(at, part.payload()));
            return;
        }
        for (RevisedEvent next : apply(event, upcaster, part.payload())) {
            follow(event, next, ends);
        }
    }

    private static List<RevisedEvent> apply(StoredEvent event, Upcaster upcaster, JsonNode payload) {
        List<RevisedEvent> parts;
        try {
            parts = List.copyOf(upcaster.upcast(payload, event));
        } catch (RuntimeException failure) {
            throw new EventDecodingException(
                    event,
                    "the upcaster from %s failed: %s".formatted(upcaster.from(), FailureText.of(failure)),
                    failure);
        }
        for (RevisedEvent part : parts) {
            if (!upcaster.to().contains(part.revision())) {
                throw new EventDecodingException(
                        event,
                        "the upcaster from %s made %s, which it does not declare; it declares %s"
                                .formatted(upcaster.from(), part.revision(), upcaster.to()),
                        null);
            }
        }
        return parts.size() < 2 ? parts : copies(parts);
    }

    /** Parts may share nodes, and the next upcaster changes what it is given. */
    private static List<RevisedEvent> copies(List<RevisedEvent> parts) {
        return parts.stream()
                .map(part -> new RevisedEvent(part.revision(), part.payload().deepCopy()))
                .toList();
    }

    /** What to say of an event that neither a class nor an upcaster takes. */
    EventDecodingException unreadable(StoredEvent event, @Nullable EventTypeDescriptor descriptor) {
        if (descriptor == null) {
            Set<Integer> revisions = revisions(event.eventType());
            return revisions.isEmpty()
                    ? new UnknownEventTypeException(event, registry.names())
                    : new UnreadableRevisionException(
                            event,
                            0,
                            "its revision is %d, but upcasters of this type begin at %s only. Declare one that begins there."
                                    .formatted(event.revision(), revisions));
        }
        String name = descriptor.eventClass().getName();
        return new UnreadableRevisionException(
                event,
                descriptor.revision(),
                event.revision() > descriptor.revision()
                        ? "its revision is %d, but %s has revision %d: a newer deployment wrote it. Deploy that version again, or one that reads revision %d."
                                .formatted(event.revision(), name, descriptor.revision(), event.revision())
                        : "its revision is %d, %s has revision %d, and no upcaster begins at revision %d. Declare one, Upcaster.from(\"%s\", %d)…, even if nothing is to be changed."
                                .formatted(
                                        event.revision(),
                                        name,
                                        descriptor.revision(),
                                        event.revision(),
                                        descriptor.name(),
                                        event.revision()));
    }
}
