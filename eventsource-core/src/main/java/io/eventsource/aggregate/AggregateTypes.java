package io.eventsource.aggregate;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.event.EventRegistry;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.core.ResolvableType;

/** The types of aggregates that an application has, as objects and as deciders. Immutable and thread-safe. */
public final class AggregateTypes {

    private record Declaration(Class<?> declaring, int stateVersion) {}

    private final SortedMap<String, Declaration> byName;

    private AggregateTypes(SortedMap<String, Declaration> byName) {
        this.byName = byName;
    }

    /**
     * The types that classes declare. Giving a class twice is the same as giving it once.
     *
     * @param classes aggregate classes and classes of deciders, each annotated with {@link AggregateType}
     * @param events must know their events, as far as the classes name them
     * @return the types
     * @throws InvalidDeclarationException when a class has no type name, two have the same, or one declares a version of a state
     *     that could not be read back
     * @throws InvalidDeclarationException when an event is not registered
     */
    public static AggregateTypes of(Collection<? extends Class<?>> classes, EventRegistry events) {
        SortedMap<String, Declaration> byName = new TreeMap<>();
        for (Class<?> declaring : new LinkedHashSet<Class<?>>(classes)) {
            boolean decider = Decider.class.isAssignableFrom(declaring);
            Class<?> generic = decider ? Decider.class : AggregateRoot.class;
            StateType<?> type = StateType.of(declaring, generic, decider ? 1 : 0);
            Declaration other = byName.putIfAbsent(type.name(), new Declaration(declaring, type.stateVersion()));
            if (other != null) {
                throw InvalidDeclarationException.ofAggregate(
                        declaring,
                        "Two classes bear the aggregate type name '%s': %s and %s. Give one of them another name in @AggregateType."
                                .formatted(type.name(), other.declaring().getName(), declaring.getName()));
            }
            events.requireRegistered(ResolvableType.forClass(declaring)
                    .as(generic)
                    .getGeneric(decider ? 2 : 1)
                    .resolve(Object.class));
        }
        return new AggregateTypes(byName);
    }

    /**
     * All names.
     *
     * @return the names in alphabetical order, unmodifiable
     */
    public Set<String> names() {
        return Collections.unmodifiableSet(byName.keySet());
    }

    /**
     * Whether a type may have snapshots.
     *
     * @param name the type's name
     * @return whether its class declares a version of its state
     */
    public boolean declaresState(String name) {
        Declaration declaration = byName.get(name);
        return declaration != null && declaration.stateVersion() > 0;
    }
}
