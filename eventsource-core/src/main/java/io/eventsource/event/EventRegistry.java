package io.eventsource.event;

import io.eventsource.InvalidDeclarationException;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which class bears which stored name. Immutable and thread-safe.
 *
 * <p>An application's registry is filled by scanning its packages for {@link EventType}; one of your own with chosen
 * classes replaces it when it is a bean.
 */
public final class EventRegistry {

    private static final int MAX_NAME_LENGTH = 200;

    private final SortedMap<String, EventTypeDescriptor> byName;
    private final Map<String, EventTypeDescriptor> byStoredName;
    private final Map<Class<?>, EventTypeDescriptor> byClass;

    private EventRegistry(SortedMap<String, EventTypeDescriptor> byName) {
        this.byName = byName;
        this.byStoredName = withAliases(byName);
        this.byClass = byName.values().stream()
                .collect(Collectors.toUnmodifiableMap(EventTypeDescriptor::eventClass, descriptor -> descriptor));
    }

    /**
     * A registry of the given classes. Giving a class twice is the same as giving it once.
     *
     * @param eventClasses concrete classes, each annotated with {@link EventType}; a sealed type stands for the classes that it
     *     permits
     * @return the registry
     * @throws InvalidDeclarationException when a class has no name or an illegal one, cannot be instantiated, or a name or
     *     alias stands there twice
     */
    public static EventRegistry of(Collection<? extends Class<?>> eventClasses) {
        SortedMap<String, EventTypeDescriptor> byName = new TreeMap<>();
        for (Class<?> eventClass : concrete(eventClasses)) {
            EventTypeDescriptor descriptor = describe(eventClass);
            EventTypeDescriptor other = byName.putIfAbsent(descriptor.name(), descriptor);
            if (other != null) {
                throw InvalidDeclarationException.ofEvent(
                        eventClass,
                        "Two event classes bear the name '%s': %s and %s. Give one of them another name in @EventType."
                                .formatted(descriptor.name(), other.eventClass().getName(), eventClass.getName()));
            }
        }
        return new EventRegistry(byName);
    }

    /**
     * A registry of the given classes.
     *
     * @param eventClasses concrete classes, each annotated with {@link EventType}, or sealed types
     * @return the registry
     * @throws InvalidDeclarationException as {@link #of(Collection)}
     */
    public static EventRegistry of(Class<?>... eventClasses) {
        return of(List.of(eventClasses));
    }

    private static Set<Class<?>> concrete(Collection<? extends Class<?>> eventClasses) {
        Set<Class<?>> concrete = new LinkedHashSet<>();
        for (Class<?> eventClass : eventClasses) {
            if (eventClass.isSealed() && !eventClass.isAnnotationPresent(EventType.class)) {
                concrete.addAll(concrete(List.of(eventClass.getPermittedSubclasses())));
            } else {
                concrete.add(eventClass);
            }
        }
        return concrete;
    }

    private static EventTypeDescriptor describe(Class<?> eventClass) {
        EventType type = eventClass.getAnnotation(EventType.class);
        if (type == null) {
            throw unnamed(eventClass);
        }
        requireName(eventClass, "name", type.value());
        for (String alias : type.aliases()) {
            requireName(eventClass, "alias", alias);
        }
        if (type.revision() < 1 || type.revision() > Short.MAX_VALUE) {
            throw InvalidDeclarationException.ofEvent(
                    eventClass,
                    "The @EventType revision of %s must be 1 to %d, but it is %d."
                            .formatted(eventClass.getName(), Short.MAX_VALUE, type.revision()));
        }
        if (eventClass.isInterface() || Modifier.isAbstract(eventClass.getModifiers())) {
            throw InvalidDeclarationException.ofEvent(
                    eventClass,
                    "%s is annotated with @EventType but is %s. Annotate the concrete classes instead."
                            .formatted(eventClass.getName(), eventClass.isInterface() ? "an interface" : "abstract"));
        }
        return new EventTypeDescriptor(
                type.value(), new LinkedHashSet<>(List.of(type.aliases())), type.revision(), eventClass);
    }

    private static void requireName(Class<?> eventClass, String what, String name) {
        if (name.isBlank() || name.length() > MAX_NAME_LENGTH) {
            throw InvalidDeclarationException.ofEvent(
                    eventClass,
                    "The @EventType %s of %s must have 1 to %d characters and not be blank, but it is '%s'."
                            .formatted(what, eventClass.getName(), MAX_NAME_LENGTH, name));
        }
    }

    private static Map<String, EventTypeDescriptor> withAliases(SortedMap<String, EventTypeDescriptor> byName) {
        Map<String, EventTypeDescriptor> all = new HashMap<>(byName);
        for (EventTypeDescriptor descriptor : byName.values()) {
            for (String alias : descriptor.aliases()) {
                EventTypeDescriptor other = all.putIfAbsent(alias, descriptor);
                if (other != null) {
                    throw InvalidDeclarationException.ofEvent(
                            descriptor.eventClass(),
                            "The alias '%s' of %s is a name or an alias of %s. A stored name can belong to one class only."
                                    .formatted(
                                            alias,
                                            descriptor.eventClass().getName(),
                                            other.eventClass().getName()));
                }
            }
        }
        return Map.copyOf(all);
    }

    private static InvalidDeclarationException unnamed(Class<?> eventClass) {
        return InvalidDeclarationException.ofEvent(
                eventClass,
                "The event class %s has no name. Annotate it with @EventType(\"…\"): the name is what the store keeps."
                        .formatted(eventClass.getName()));
    }

    /**
     * How a class is known to the store.
     *
     * @param eventClass the class of an event
     * @return its descriptor
     * @throws InvalidDeclarationException when the class has no name or is not registered
     */
    public EventTypeDescriptor descriptorOf(Class<?> eventClass) {
        EventTypeDescriptor descriptor = byClass.get(eventClass);
        if (descriptor != null) {
            return descriptor;
        }
        if (!eventClass.isAnnotationPresent(EventType.class)) {
            throw unnamed(eventClass);
        }
        throw InvalidDeclarationException.ofEvent(
                eventClass,
                "The event class %s is annotated with @EventType but not registered: it stands outside the scanned packages. Move it, or register it."
                        .formatted(eventClass.getName()));
    }

    /**
     * The class that bears a stored name, or bore it once.
     *
     * @param name a stored name or alias
     * @return its descriptor, or none
     */
    public @Nullable EventTypeDescriptor find(String name) {
        return byStoredName.get(name);
    }

    /**
     * How a class is known to the store, if it is.
     *
     * @param eventClass any class
     * @return its descriptor, or none
     */
    public @Nullable EventTypeDescriptor find(Class<?> eventClass) {
        return byClass.get(eventClass);
    }

    /**
     * All registered classes that are the given class or a subtype of it.
     *
     * @param supertype a class or interface
     * @return their descriptors, possibly none, in the order of their names
     */
    public List<EventTypeDescriptor> subtypesOf(Class<?> supertype) {
        return byName.values().stream()
                .filter(descriptor -> supertype.isAssignableFrom(descriptor.eventClass()))
                .toList();
    }

    /**
     * All names, without aliases.
     *
     * @return the names in no particular order, unmodifiable
     */
    public Set<String> names() {
        return Set.copyOf(byName.keySet());
    }

    /**
     * Checks that a type of events is known: each class that a sealed type permits, or a concrete class. Of other types nobody
     * can tell which classes belong to them, and they are not looked at.
     *
     * @param eventType a class or interface
     * @throws InvalidDeclarationException when a class has no name or is not registered
     */
    public void requireRegistered(Class<?> eventType) {
        concrete(List.of(eventType)).stream()
                .filter(eventClass -> !Modifier.isAbstract(eventClass.getModifiers()) && eventClass != Object.class)
                .forEach(this::descriptorOf);
    }

    /**
     * How an event class is known to the store.
     *
     * @param name the name it is stored under
     * @param aliases further names under which its events are read
     * @param revision the revision that the class writes
     * @param eventClass the class
     */
    public record EventTypeDescriptor(String name, Set<String> aliases, int revision, Class<?> eventClass) {

        /** Copies the aliases. */
        public EventTypeDescriptor {
            aliases = Set.copyOf(aliases);
        }
    }
}
