package io.eventsource.api;

import static java.util.stream.Collectors.joining;

import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes types as a declaration names them, with what may be null. Types of {@code java.lang} go without it. */
final class TypeNames {

    private TypeNames() {}

    static String of(AnnotatedType type) {
        return (type.isAnnotationPresent(Nullable.class) ? "@Nullable " : "") + bare(type);
    }

    static String of(AnnotatedType[] types) {
        return Arrays.stream(types).map(TypeNames::of).collect(joining(", "));
    }

    static String of(Class<?> type) {
        return type.getName().replaceFirst("^java\\.lang\\.(?=[A-Z])", "").replace('$', '.');
    }

    /** With their bounds, in angle brackets; nothing where there are none. */
    static String of(TypeVariable<?>[] variables) {
        return variables.length == 0
                ? ""
                : Arrays.stream(variables)
                        .map(variable -> variable.getName() + bounds(" extends ", variable.getAnnotatedBounds()))
                        .collect(joining(", ", "<", ">"));
    }

    private static String bare(AnnotatedType annotated) {
        Type type = annotated.getType();
        if (annotated instanceof AnnotatedArrayType array) {
            return of(array.getAnnotatedGenericComponentType()) + "[]";
        }
        if (annotated instanceof AnnotatedParameterizedType generic) {
            return of((Class<?>) ((ParameterizedType) type).getRawType()) + "<"
                    + of(generic.getAnnotatedActualTypeArguments()) + ">";
        }
        if (annotated instanceof AnnotatedWildcardType wildcard) {
            AnnotatedType[] lower = wildcard.getAnnotatedLowerBounds();
            return "?"
                    + (lower.length > 0
                            ? bounds(" super ", lower)
                            : bounds(" extends ", wildcard.getAnnotatedUpperBounds()));
        }
        return type instanceof Class<?> plain ? of(plain) : type.getTypeName();
    }

    /** The bound that everything has is left out. */
    private static String bounds(String word, AnnotatedType[] bounds) {
        String names = Arrays.stream(bounds).map(TypeNames::of).collect(joining(" & "));
        return names.equals("Object") ? "" : word + names;
    }
}
