package io.eventsource.proof;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.eventsource.proof.JacksonContexts.Pair;
import java.lang.reflect.Modifier;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.jsontype.TypeSerializer;

/** A type that is stored with the class of the value: each class that it may be. */
final class SubtypeWalk {

    private final JacksonContexts contexts;
    private final Findings findings;
    private final Set<Allowed> seen;
    private final BeanWalk beans;

    SubtypeWalk(JacksonContexts contexts, Findings findings, Set<Allowed> seen, BeanWalk beans) {
        this.contexts = contexts;
        this.findings = findings;
        this.seen = seen;
        this.beans = beans;
    }

    void value(JavaType type, Pair pair, @Nullable BeanProperty property, String path) {
        TypeSerializer writer = pair.writerType();
        TypeDeserializer reader = pair.readerType();
        if (writer == null || reader == null) {
            findings.add(
                    path,
                    "the class of the value is %s"
                            .formatted(writer == null ? "read, but not written" : "written, but not read"),
                    "Annotate the type with @JsonTypeInfo");
            return;
        }
        Set<Class<?>> classes = classes(type, property);
        if (classes.isEmpty()) {
            findings.add(
                    path,
                    "it is not known which classes a %s may be"
                            .formatted(type.getRawClass().getName()),
                    "Make it sealed, or name its classes by @JsonSubTypes, or take it on by @Unproven");
        }
        for (Class<?> each : classes) {
            seen.add(new Allowed(type.getRawClass(), each));
            subtype(each, writer, reader, path);
        }
    }

    private void subtype(Class<?> subtype, TypeSerializer writer, TypeDeserializer reader, String path) {
        if (TypeWalk.isUnproven(subtype)) {
            return;
        }
        String place = path.isEmpty() ? "" : path + "(" + subtype.getSimpleName() + ")";
        JavaType type = contexts.type(subtype);
        JavaType back;
        String id = null;
        try {
            id = writer.getTypeIdResolver().idFromValueAndType(contexts.writing(), null, subtype);
            back = id == null ? null : reader.getTypeIdResolver().typeFromId(contexts.reading(), id);
        } catch (RuntimeException refused) {
            findings.add(
                    place,
                    "the class %s cannot be named: %s".formatted(subtype.getName(), Findings.said(refused)),
                    "Mend what it says");
            return;
        }
        if (back == null || back.getRawClass() != subtype) {
            findings.add(
                    place,
                    "the class %s is written as '%s', which is read as %s"
                            .formatted(
                                    subtype.getName(),
                                    id,
                                    back == null ? "none" : back.getRawClass().getName()),
                    "Give each class a name of its own by @JsonTypeName, and name it by @JsonSubTypes");
            return;
        }
        boolean own = writer.getTypeInclusion() == JsonTypeInfo.As.PROPERTY;
        beans.bean(type, contexts.root(type), place, own ? writer.getPropertyName() : null);
    }

    private Set<Class<?>> classes(JavaType type, @Nullable BeanProperty property) {
        Set<Class<?>> classes = new LinkedHashSet<>();
        permitted(type.getRawClass(), classes);
        AnnotatedClass annotated = contexts.writing().introspectClassAnnotations(type);
        var config = contexts.mapper().serializationConfig();
        for (NamedType named : property == null || property.getMember() == null
                ? config.getSubtypeResolver().collectAndResolveSubtypesByClass(config, annotated)
                : config.getSubtypeResolver().collectAndResolveSubtypesByClass(config, property.getMember(), type)) {
            if (type.getRawClass().isAssignableFrom(named.getType()) && !isAbstract(named.getType())) {
                classes.add(named.getType());
            }
        }
        return classes;
    }

    private static void permitted(Class<?> type, Set<Class<?>> classes) {
        if (!isAbstract(type)) {
            classes.add(type);
        }
        if (type.isSealed()) {
            for (Class<?> each : type.getPermittedSubclasses()) {
                permitted(each, classes);
            }
        }
    }

    private static boolean isAbstract(Class<?> type) {
        return Modifier.isAbstract(type.getModifiers()) && !type.isEnum();
    }
}
