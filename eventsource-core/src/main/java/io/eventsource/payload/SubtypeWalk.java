package io.eventsource.payload;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.eventsource.payload.JacksonContexts.Pair;
import java.lang.reflect.Modifier;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
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
    private final TypeWalk types;

    SubtypeWalk(JacksonContexts contexts, Findings findings, Set<Allowed> seen, BeanWalk beans, TypeWalk types) {
        this.contexts = contexts;
        this.findings = findings;
        this.seen = seen;
        this.beans = beans;
        this.types = types;
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
        if (writer.getTypeIdResolver() == null || reader.getTypeIdResolver() == null) {
            findings.add(
                    path,
                    "the class of the value is not written, but deduced from the names of its components (@JsonTypeInfo(use = DEDUCTION)), which fails or changes when a class gets another component",
                    "Write it: @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = \"type\"), or take it on by @Unproven");
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
            subtype(type, each, writer, reader, path);
        }
    }

    private void subtype(JavaType base, Class<?> subtype, TypeSerializer writer, TypeDeserializer reader, String path) {
        if (TypeWalk.isUnproven(subtype)) {
            return;
        }
        String place = path.isEmpty() ? "" : path + "(" + subtype.getSimpleName() + ")";
        if (!isNamed(subtype, subtype, writer, reader, place)) {
            return;
        }
        if (subtype.isEnum()) {
            for (Object constant : subtype.getEnumConstants()) {
                if (!isNamed(subtype, constant.getClass(), writer, reader, place)) {
                    return;
                }
            }
        }
        JavaType type = contexts.mapper().getTypeFactory().constructSpecializedType(base, subtype);
        Pair pair = contexts.root(type);
        if (pair.ownWriter() && !writesType(pair.writer())) {
            findings.add(
                    place,
                    "its serializer %s does not write the class of the value"
                            .formatted(pair.writer().getClass().getName()),
                    "Override serializeWithType in it, or take it on by @Unproven");
        } else if (subtype.isEnum() || pair.ownWriter() || pair.ownReader()) {
            types.value(type, new Pair(pair.writer(), pair.reader(), null, null), null, place);
        } else {
            boolean own = writer.getTypeInclusion() == JsonTypeInfo.As.PROPERTY;
            beans.bean(type, pair, place, own ? writer.getPropertyName() : null);
        }
    }

    /** Whether the name that is written for a class of values is read as the class that is proven. */
    private boolean isNamed(
            Class<?> subtype, Class<?> valueClass, TypeSerializer writer, TypeDeserializer reader, String place) {
        JavaType back;
        String id = null;
        try {
            id = writer.getTypeIdResolver().idFromValueAndType(contexts.writing(), null, valueClass);
            back = id == null ? null : reader.getTypeIdResolver().typeFromId(contexts.reading(), id);
        } catch (RuntimeException refused) {
            findings.add(
                    place,
                    "the class %s cannot be named: %s".formatted(valueClass.getName(), Findings.said(refused)),
                    "Mend what it says");
            return false;
        }
        if (back == null || back.getRawClass() != subtype) {
            findings.add(
                    place,
                    "the class %s is written as '%s', which is read as %s"
                            .formatted(
                                    valueClass.getName(),
                                    id,
                                    back == null ? "none" : back.getRawClass().getName()),
                    "Give each class a name of its own by @JsonTypeName, and name it by @JsonSubTypes");
            return false;
        }
        return true;
    }

    private static boolean writesType(ValueSerializer<Object> serializer) {
        try {
            Class<?> declaring = serializer
                    .getClass()
                    .getMethod(
                            "serializeWithType",
                            Object.class,
                            JsonGenerator.class,
                            SerializationContext.class,
                            TypeSerializer.class)
                    .getDeclaringClass();
            return declaring != ValueSerializer.class;
        } catch (NoSuchMethodException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private Set<Class<?>> classes(JavaType type, @Nullable BeanProperty property) {
        Set<Class<?>> classes = new LinkedHashSet<>();
        permitted(type.getRawClass(), classes);
        AnnotatedClass annotated = contexts.writing().introspectClassAnnotations(type);
        var config = contexts.mapper().serializationConfig();
        for (NamedType named : property == null || property.getMember() == null
                ? config.getSubtypeResolver().collectAndResolveSubtypesByClass(config, annotated)
                : config.getSubtypeResolver().collectAndResolveSubtypesByClass(config, property.getMember(), type)) {
            if (type.getRawClass().isAssignableFrom(named.getType())
                    && !isAbstract(named.getType())
                    && !isConstant(named.getType())) {
                classes.add(named.getType());
            }
        }
        return classes;
    }

    private static void permitted(Class<?> type, Set<Class<?>> classes) {
        if (!isAbstract(type)) {
            classes.add(type);
        }
        if (type.isSealed() && !type.isEnum()) {
            for (Class<?> each : type.getPermittedSubclasses()) {
                permitted(each, classes);
            }
        }
    }

    /** The class of a constant with a body, which is a subclass of its enum. */
    private static boolean isConstant(Class<?> type) {
        return Enum.class.isAssignableFrom(type) && !type.isEnum();
    }

    private static boolean isAbstract(Class<?> type) {
        return Modifier.isAbstract(type.getModifiers()) && !type.isEnum();
    }
}
