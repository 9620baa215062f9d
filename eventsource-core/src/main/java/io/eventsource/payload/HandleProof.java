package io.eventsource.payload;

import io.eventsource.payload.UnprovenTypeException.TypeFinding;
import java.lang.reflect.Field;
import java.lang.reflect.Type;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Lock;
import java.util.stream.BaseStream;
import org.springframework.core.ResolvableType;

/**
 * What holds for every JSON: that a class holds nothing that lives in a process only. It is all that can be shown for a serializer
 * that cannot be looked into.
 */
final class HandleProof {

    private static final List<Class<?>> HANDLES = List.of(
            Thread.class,
            ThreadLocal.class,
            ClassLoader.class,
            AutoCloseable.class,
            Runnable.class,
            Callable.class,
            Executor.class,
            Future.class,
            Lock.class,
            BaseStream.class,
            Process.class);

    private HandleProof() {}

    /**
     * Looks at a class and all that it holds.
     *
     * @param type the class of an event or a state
     * @return what is wrong
     */
    public static List<TypeFinding> prove(Class<?> type) {
        Findings findings = new Findings(type);
        walk(ResolvableType.forClass(type), findings, "", new HashSet<>());
        return findings.all();
    }

    private static void walk(ResolvableType type, Findings findings, String path, Set<Type> seen) {
        Class<?> raw = type.resolve(Object.class);
        if (!seen.add(type.getType()) || TypeWalk.isUnproven(raw)) {
            return;
        }
        if (isHandle(raw)) {
            findings.add(
                    path,
                    "a %s lives in a process and cannot be stored".formatted(raw.getName()),
                    "Declare what it is to be made of, or take it on by @Unproven");
            return;
        }
        if (raw.isArray()) {
            walk(type.getComponentType(), findings, path + "[]", seen);
        }
        for (ResolvableType argument : type.getGenerics()) {
            walk(argument, findings, path, seen);
        }
        if (!Samples.isPlatform(raw) && !raw.isArray()) {
            for (Field field : Equality.fields(raw)) {
                if (!field.isAnnotationPresent(Unproven.class)) {
                    walk(ResolvableType.forField(field, type), findings, Findings.join(path, field.getName()), seen);
                }
            }
        }
    }

    private static boolean isHandle(Class<?> type) {
        return HANDLES.stream().anyMatch(handle -> handle.isAssignableFrom(type))
                || (type.isAnnotationPresent(FunctionalInterface.class) && !Comparable.class.isAssignableFrom(type));
    }
}
