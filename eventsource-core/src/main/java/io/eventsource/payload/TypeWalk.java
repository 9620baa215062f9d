package io.eventsource.payload;

import io.eventsource.payload.JacksonContexts.Pair;
import java.lang.reflect.Modifier;
import java.lang.reflect.TypeVariable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotationUtils;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Goes through all that a class holds, and tells what of it would not come back. */
final class TypeWalk {

    private static final String TAKE_ON = ", or take it on by @Unproven";

    private final JacksonContexts contexts;
    private final Findings findings;
    private final BeanWalk beans;
    private final SubtypeWalk subtypes;

    TypeWalk(JacksonContexts contexts, Findings findings, Set<Allowed> seen) {
        this.contexts = contexts;
        this.findings = findings;
        this.beans = new BeanWalk(contexts, findings, seen, this);
        this.subtypes = new SubtypeWalk(contexts, findings, seen, beans, this);
    }

    void root(Class<?> type) {
        if (!isUnproven(type)) {
            JavaType javaType = contexts.type(type);
            if (Samples.isPlatform(type) && contexts.root(javaType).ownWriter()) {
                return;
            }
            value(javaType, contexts.root(javaType), null, "");
        }
    }

    static boolean isUnproven(Class<?> type) {
        return AnnotationUtils.findAnnotation(type, Unproven.class) != null;
    }

    /** A value at a place: of a component, or in a container. */
    void value(JavaType type, Pair pair, @Nullable BeanProperty property, String path) {
        Class<?> raw = type.getRawClass();
        if (isUnproven(raw)) {
            return;
        }
        if (raw == Object.class) {
            untyped(property, path);
        } else if (JsonNode.class.isAssignableFrom(raw)) {
            tree(raw, path);
        } else if (!type.isContainerType() && !type.isReferenceType() && (pair.ownWriter() || pair.ownReader())) {
            own(type, pair, path);
        } else if (Samples.has(raw)) {
            trial(type, pair, path);
        } else if (type.isReferenceType()) {
            optional(type, property, path);
            trial(type, pair, path);
        } else if (type.isContainerType()) {
            container(type, pair, property, path);
        } else if (Samples.isPlatform(raw)) {
            platform(raw, path);
        } else if (pair.writerType() != null || pair.readerType() != null) {
            subtypes.value(type, pair, property, path);
        } else if (Modifier.isAbstract(raw.getModifiers())
                && pair.reader() instanceof tools.jackson.databind.deser.AbstractDeserializer) {
            findings.add(
                    path,
                    "%s is %s and is stored without the class of the value"
                            .formatted(raw.getName(), raw.isInterface() ? "an interface" : "abstract"),
                    "Annotate it with @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = \"type\") and make it sealed or name its classes by @JsonSubTypes, or declare a concrete class"
                            + TAKE_ON);
        } else {
            beans.bean(type, pair, path, null);
        }
    }

    private void trial(JavaType type, Pair pair, String path) {
        List<Object> samples = Samples.of(type);
        String failure = samples == null ? null : contexts.trial(type, pair, samples);
        if (failure != null) {
            findings.add(path, failure, "Change its format, or choose another type" + TAKE_ON);
        }
    }

    private void untyped(@Nullable BeanProperty property, String path) {
        boolean variable = property != null
                && property.getMember() != null
                && property.getMember().getAnnotated() instanceof java.lang.reflect.Field field
                && field.getGenericType() instanceof TypeVariable<?>;
        findings.add(
                path,
                (variable
                                ? "its type is a type variable"
                                : "its type is not known (Object, a wildcard or a type variable)")
                        + ", so what comes back are maps, lists, texts and numbers",
                "Declare the type" + TAKE_ON);
    }

    private void tree(Class<?> raw, String path) {
        if (raw != JsonNode.class && raw != ObjectNode.class && raw != ArrayNode.class) {
            findings.add(path, "JSON comes back as another node than " + raw.getSimpleName(), "Declare a JsonNode");
        } else if (!(contexts.mapper().isEnabled(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                || contexts.mapper().deserializationConfig().isEnabled(JsonNodeFeature.USE_BIG_DECIMAL_FOR_FLOATS))) {
            findings.add(
                    path,
                    "JSON loses digits of its numbers when it is read",
                    "Enable JsonNodeFeature.USE_BIG_DECIMAL_FOR_FLOATS in the mapper");
        }
    }

    /** Serializers of the application. */
    private void own(JavaType type, Pair pair, String path) {
        if (!pair.ownWriter() || !pair.ownReader()) {
            findings.add(
                    path,
                    "%s has %s of the application, but %s"
                            .formatted(
                                    type.getRawClass().getName(),
                                    pair.ownWriter() ? "a serializer" : "a deserializer",
                                    pair.ownWriter() ? "no deserializer" : "no serializer"),
                    "Give it both" + TAKE_ON);
        } else if (Samples.has(type.getRawClass())) {
            trial(type, pair, path);
        }
    }

    private void platform(Class<?> raw, String path) {
        findings.add(
                path,
                "a %s does not come back from JSON as it was".formatted(raw.getName()),
                (raw == java.util.Calendar.class || raw.getName().startsWith("java.sql.")
                                ? "Declare an Instant or a ZonedDateTime"
                                : raw == Number.class
                                        ? "Declare a BigDecimal, or another class of numbers"
                                        : "Declare a type that is a value, such as String, a number, an enum, a record or one of java.time")
                        + TAKE_ON);
    }

    private void optional(JavaType type, @Nullable BeanProperty property, String path) {
        JavaType content = type.getContentType();
        boolean direct = !path.endsWith("]") && !path.endsWith("}") && !path.endsWith("?");
        if (type.getRawClass() != Optional.class) {
            platform(type.getRawClass(), path);
        } else if (!direct || content.isReferenceType() || JsonNode.class.isAssignableFrom(content.getRawClass())) {
            findings.add(
                    path,
                    "of an Optional within a container, or around something that may be null or empty, both come back as one",
                    "Declare an Optional only as a component, and around a value" + TAKE_ON);
        } else {
            value(content, contexts.content(type, property), property, path + "?");
        }
    }

    private void container(JavaType type, Pair pair, @Nullable BeanProperty property, String path) {
        Class<?> raw = type.getRawClass();
        boolean own = pair.ownReader();
        if (!raw.isArray() && !own && !Containers.isKnown(raw)) {
            findings.add(
                    path,
                    "a %s does not come back as it was, or loses what its class adds".formatted(raw.getName()),
                    "Declare a List, a Set or a Map" + TAKE_ON);
            return;
        }
        JavaType content = type.getContentType();
        if (content == null || content.isPrimitive()) {
            trial(type, pair, path);
            return;
        }
        if (type.getKeyType() != null) {
            key(type, property, path);
        }
        if (Containers.isSet(raw) && (content.isArrayType() || !hasEquals(content.getRawClass()))) {
            findings.add(
                    path + "[]",
                    "elements of a Set are told apart by equals, which %s does not have"
                            .formatted(content.getRawClass().getSimpleName()),
                    "Declare a List, or a record");
        }
        value(content, contexts.content(type, property), property, path + (type.getKeyType() == null ? "[]" : "{}"));
        trial(type, pair, path);
    }

    static boolean hasEquals(Class<?> type) {
        if (type.isInterface() || type.isPrimitive()) {
            return true;
        }
        try {
            return type.getMethod("equals", Object.class).getDeclaringClass() != Object.class;
        } catch (NoSuchMethodException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Keys are texts in JSON. */
    private void key(JavaType type, @Nullable BeanProperty property, String path) {
        JavaType key = type.getKeyType();
        Class<?> raw = key.getRawClass();
        String failure;
        if (isUnproven(raw)) {
            return;
        }
        if (Samples.has(raw)) {
            JavaType map =
                    contexts.mapper().getTypeFactory().constructMapType(Map.class, key, contexts.type(Integer.class));
            failure = contexts.trial(map, contexts.root(map), Samples.mapsOf(key));
        } else {
            failure = new KeyWalk(contexts).failure(key, property);
        }
        if (failure != null) {
            findings.add(
                    path + "{key}",
                    failure,
                    "Declare keys of a type that is one text, such as String, UUID, an enum or a date, or give %s both a @JsonKey or @JsonValue that is a String, and a constructor or @JsonCreator that takes it"
                                    .formatted(raw.getSimpleName())
                            + TAKE_ON);
        }
    }
}
