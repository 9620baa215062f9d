package io.eventsource.aggregate;

import io.eventsource.InvalidDeclarationException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;

/**
 * What a class declares about the aggregates that it folds.
 *
 * @param name the type's stored name
 * @param stateVersion the version of the state's shape, 0 for no snapshots
 * @param stateClass the state's class, known when there are snapshots
 */
record StateType<S>(String name, int stateVersion, @Nullable Class<S> stateClass) {

    /**
     * Reads a declaration.
     *
     * @param declaring an aggregate class or the class of a decider
     * @param generic the generic type that it gives arguments to
     * @param stateIndex which of them is the state
     */
    @SuppressWarnings("unchecked")
    static <S> StateType<S> of(Class<?> declaring, Class<?> generic, int stateIndex) {
        AggregateType type = declaring.getAnnotation(AggregateType.class);
        if (type == null || type.value().isBlank()) {
            throw InvalidDeclarationException.ofAggregate(
                    declaring,
                    "The aggregate class %s has no type name. Annotate it with @AggregateType(\"…\"): the name is what the store keeps."
                            .formatted(declaring.getName()));
        }
        if (type.stateVersion() < 0) {
            throw InvalidDeclarationException.ofAggregate(
                    declaring,
                    "The stateVersion in @AggregateType of %s must be 1 or more, or 0 for no snapshots, but it is %d."
                            .formatted(declaring.getName(), type.stateVersion()));
        }
        if (type.stateVersion() == 0) {
            return new StateType<>(type.value(), 0, null);
        }
        ResolvableType state = ResolvableType.forClass(declaring).as(generic).getGeneric(stateIndex);
        Class<?> stateClass = state.resolve();
        if (stateClass == null || stateClass == Object.class || state.hasGenerics()) {
            throw InvalidDeclarationException.ofAggregate(
                    declaring,
                    "%s declares a stateVersion, but snapshots of its state (%s) could not be read back. Make the state a class without type parameters, such as a record, and name it where %s extends or implements %s."
                            .formatted(declaring.getName(), state, declaring.getSimpleName(), generic.getSimpleName()));
        }
        return new StateType<>(type.value(), type.stateVersion(), (Class<S>) stateClass);
    }
}
