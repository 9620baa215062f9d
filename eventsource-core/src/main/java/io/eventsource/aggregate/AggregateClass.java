package io.eventsource.aggregate;

import io.eventsource.InvalidDeclarationException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.util.UUID;
import org.springframework.beans.BeanUtils;

/** What the annotations and constructors of an aggregate class say. */
record AggregateClass<A extends AggregateRoot<?, ?>>(StateType<Object> type, Constructor<A> constructor) {

    static <A extends AggregateRoot<?, ?>> AggregateClass<A> of(Class<A> aggregateClass) {
        StateType<Object> type = StateType.of(aggregateClass, AggregateRoot.class, 0);
        if (Modifier.isAbstract(aggregateClass.getModifiers())) {
            throw InvalidDeclarationException.ofAggregate(
                    aggregateClass,
                    "%s is annotated with @AggregateType but is abstract. Annotate the concrete class instead."
                            .formatted(aggregateClass.getName()));
        }
        try {
            return new AggregateClass<>(type, aggregateClass.getDeclaredConstructor(UUID.class));
        } catch (NoSuchMethodException missing) {
            throw InvalidDeclarationException.ofAggregate(
                    aggregateClass,
                    "The aggregate class %s needs a constructor that takes its id: %s(UUID id)."
                            .formatted(aggregateClass.getName(), aggregateClass.getSimpleName()));
        }
    }

    A instantiate(UUID id) {
        return BeanUtils.instantiateClass(constructor, id);
    }
}
