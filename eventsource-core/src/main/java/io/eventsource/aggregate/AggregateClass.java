package io.eventsource.aggregate;

import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.util.UUID;
import org.springframework.beans.BeanUtils;

/** What the annotations and constructors of an aggregate class say. */
record AggregateClass<A>(String typeName, Constructor<A> constructor) {

    static <A> AggregateClass<A> of(Class<A> aggregateClass) {
        AggregateType type = aggregateClass.getAnnotation(AggregateType.class);
        if (type == null || type.value().isBlank()) {
            throw new InvalidAggregateException(
                    aggregateClass,
                    "The aggregate class %s has no type name. Annotate it with @AggregateType(\"…\"): the name is what the store keeps."
                            .formatted(aggregateClass.getName()));
        }
        if (Modifier.isAbstract(aggregateClass.getModifiers())) {
            throw new InvalidAggregateException(
                    aggregateClass,
                    "%s is annotated with @AggregateType but is abstract. Annotate the concrete class instead."
                            .formatted(aggregateClass.getName()));
        }
        try {
            return new AggregateClass<>(type.value(), aggregateClass.getDeclaredConstructor(UUID.class));
        } catch (NoSuchMethodException missing) {
            throw new InvalidAggregateException(
                    aggregateClass,
                    "The aggregate class %s needs a constructor that takes its id: %s(UUID id)."
                            .formatted(aggregateClass.getName(), aggregateClass.getSimpleName()));
        }
    }

    A instantiate(UUID id) {
        return BeanUtils.instantiateClass(constructor, id);
    }
}
