package io.eventsource.api;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The public types of a module, and what of them other packages can use, one declaration a line and in a fixed order.
 * What every object, enum and record has is left out.
 */
final class ApiReport {

    private static final int SHOWN = Modifier.PUBLIC | Modifier.PROTECTED;
    private static final int RELEVANT = SHOWN | Modifier.STATIC | Modifier.FINAL | Modifier.ABSTRACT;
    private static final Set<String> OF_EVERY_OBJECT = Set.of("equals", "hashCode", "toString");
    private static final Set<String> OF_EVERY_ENUM = Set.of("values", "valueOf");

    private ApiReport() {}

    /** @param classes the folder with the class files of a module, which are on the class path, too */
    static String of(Path classes) throws IOException {
        try (Stream<Path> files = Files.walk(classes)) {
            return of(files.filter(file -> file.toString().endsWith(".class"))
                    .filter(file -> !file.endsWith("package-info.class"))
                    .map(file -> load(classes.relativize(file)))
                    .toList());
        }
    }

    static String of(List<? extends Class<?>> types) {
        return types.stream()
                .filter(ApiReport::isShown)
                .sorted(Comparator.comparing(Class::getName))
                .flatMap(type -> Stream.concat(Stream.of(header(type)), members(type)))
                .collect(joining("\n", "", "\n"));
    }

    private static Class<?> load(Path file) {
        String name = file.toString().replaceFirst("\\.class$", "").replace('/', '.');
        try {
            return Class.forName(name, false, ApiReport.class.getClassLoader());
        } catch (ClassNotFoundException missing) {
            throw new IllegalStateException(name + " is not on the class path", missing);
        }
    }

    private static boolean isShown(Class<?> type) {
        return (type.getModifiers() & SHOWN) != 0
                && !type.isAnonymousClass()
                && (type.getEnclosingClass() == null || isShown(type.getEnclosingClass()));
    }

    private static String header(Class<?> type) {
        return Stream.of(
                        Modifier.toString(
                                type.getModifiers() & RELEVANT & (type.isInterface() ? ~Modifier.ABSTRACT : ~0)),
                        type.isSealed() ? "sealed" : "",
                        kind(type),
                        TypeNames.of(type) + TypeNames.of(type.getTypeParameters()),
                        list("extends", superclass(type)),
                        list(type.isInterface() ? "extends" : "implements", type.getAnnotatedInterfaces()))
                .filter(part -> !part.isEmpty())
                .collect(joining(" "));
    }

    private static String kind(Class<?> type) {
        if (type.isInterface()) {
            return type.isAnnotation() ? "@interface" : "interface";
        }
        return type.isRecord() ? "record" : type.isEnum() ? "enum" : "class";
    }

    private static AnnotatedType[] superclass(Class<?> type) {
        boolean chosen =
                !type.isInterface() && !type.isRecord() && !type.isEnum() && type.getSuperclass() != Object.class;
        return chosen ? new AnnotatedType[] {type.getAnnotatedSuperclass()} : new AnnotatedType[0];
    }

    private static String list(String word, AnnotatedType[] types) {
        return types.length == 0 ? "" : word + " " + TypeNames.of(types);
    }

    private static Stream<String> members(Class<?> type) {
        return Stream.of(
                        shown(type.getDeclaredFields()).map(ApiReport::field),
                        shown(type.getDeclaredConstructors())
                                .map(constructor -> executable(constructor, type.getSimpleName())),
                        shown(type.getDeclaredMethods())
                                .filter(method -> !isOfEveryType(method))
                                .map(method -> executable(
                                        method,
                                        TypeNames.of(method.getAnnotatedReturnType()) + " " + method.getName())))
                .flatMap(Stream::sorted)
                .map(member -> "    " + member);
    }

    private static <M extends Member> Stream<M> shown(M[] members) {
        return Arrays.stream(members).filter(member -> (member.getModifiers() & SHOWN) != 0 && !member.isSynthetic());
    }

    private static boolean isOfEveryType(Method method) {
        return OF_EVERY_OBJECT.contains(method.getName())
                || (method.getDeclaringClass().isEnum() && OF_EVERY_ENUM.contains(method.getName()));
    }

    private static String field(Field field) {
        return modifiers(field) + TypeNames.of(field.getAnnotatedType()) + " " + field.getName();
    }

    private static String executable(Executable executable, String name) {
        return modifiers(executable)
                + typeParameters(executable)
                + name
                + "(" + TypeNames.of(executable.getAnnotatedParameterTypes()) + ")"
                + (executable.getExceptionTypes().length == 0
                        ? ""
                        : " throws " + TypeNames.of(executable.getAnnotatedExceptionTypes()));
    }

    private static String typeParameters(Executable executable) {
        String variables = TypeNames.of(executable.getTypeParameters());
        return variables.isEmpty() ? "" : variables + " ";
    }

    private static String modifiers(Member member) {
        String word = Modifier.toString(member.getModifiers() & RELEVANT);
        return (member instanceof Method method && method.isDefault() ? word + " default" : word) + " ";
    }
}
