package io.eventsource.payload;

import io.eventsource.payload.JacksonContexts.Pair;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.PropertyWriter;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.jackson.JsonValueSerializer;

/** Compares what is written of a class with what is read of it and with its fields. */
final class BeanWalk {

    private static final String OR = ", or take it on by @Unproven";

    private final JacksonContexts contexts;
    private final Findings findings;
    private final Set<Allowed> seen;
    private final TypeWalk types;
    private final Set<JavaType> visited = new HashSet<>();

    BeanWalk(JacksonContexts contexts, Findings findings, Set<Allowed> seen, TypeWalk types) {
        this.contexts = contexts;
        this.findings = findings;
        this.seen = seen;
        this.types = types;
    }

    /** A class, at a place. The property that bears its type information, if there is one, is none of its own. */
    void bean(JavaType type, Pair pair, String path, @Nullable String typeProperty) {
        seen.add(new Allowed(type.getRawClass(), type.getRawClass()));
        if (!visited.add(type)) {
            return;
        }
        ValueSerializer<Object> writer = pair.writer();
        Class<?> back = pair.reader().handledType();
        if (back != null && back != type.getRawClass() && type.getRawClass().isAssignableFrom(back)) {
            // such as by @JsonDeserialize(as = …)
            JavaType readAs = contexts.type(back);
            seen.add(new Allowed(type.getRawClass(), readAs.getRawClass()));
            bean(readAs, contexts.root(readAs), path, typeProperty);
        } else if (writer instanceof JsonValueSerializer) {
            single(type, pair.reader(), path);
        } else if (!(pair.reader() instanceof BeanDeserializerBase reader)) {
            findings.add(path, "it cannot be seen how %s is read".formatted(name(type)), "Make it a record" + OR);
        } else {
            members(type, writer, reader, path, typeProperty);
        }
    }

    private static String name(JavaType type) {
        return type.getRawClass().getName();
    }

    /** One value in the place of an object. */
    private void single(JavaType type, ValueDeserializer<Object> reader, String path) {
        AnnotatedMember value =
                contexts.writing().introspectBeanDescription(type).findJsonValueAccessor();
        if (!(reader instanceof BeanDeserializerBase bean) || value == null) {
            return;
        }
        ValueInstantiator creator = bean.getValueInstantiator();
        Class<?> kind = ClassUtils.resolvePrimitiveIfNecessary(value.getRawType());
        if (kind == Double.class && creator.canCreateFromDouble() && !creator.canCreateUsingDelegate()) {
            findings.add(
                    path,
                    "%s is written as one double by @JsonValue, and cannot be made of -0.0, NaN, the infinities and numbers from 2^63 on"
                            .formatted(name(type)),
                    "Let it hold a BigDecimal, or remove @JsonValue, so that it is written as an object" + OR);
            return;
        }
        if (!makes(creator, kind)) {
            findings.add(
                    path,
                    "%s is written as one value by @JsonValue, and nothing makes it of one".formatted(name(type)),
                    "Annotate a constructor or a static method that takes the value with @JsonCreator(mode = DELEGATING)"
                            + OR);
            return;
        }
        JavaType valueType = value.getType();
        types.value(valueType, contexts.root(valueType), null, path);
    }

    /** Whether one of the creators that Jackson keeps by the kind of JSON value takes it. */
    private static boolean makes(ValueInstantiator creator, Class<?> type) {
        return creator.canCreateUsingDelegate()
                || creator.canCreateUsingArrayDelegate()
                || (type == String.class && creator.canCreateFromString())
                || (type == Integer.class && creator.canCreateFromInt())
                || (type == Long.class && creator.canCreateFromLong())
                || (type == BigInteger.class && creator.canCreateFromBigInteger())
                || (type == BigDecimal.class && creator.canCreateFromBigDecimal())
                || (type == Boolean.class && creator.canCreateFromBoolean());
    }

    private void members(
            JavaType type,
            ValueSerializer<Object> writer,
            BeanDeserializerBase reader,
            String path,
            @Nullable String typeProperty) {
        Map<String, BeanPropertyWriter> written = written(writer);
        Map<String, SettableBeanProperty> read = new LinkedHashMap<>();
        BeanDeserializerBase source = source(reader);
        source.properties().forEachRemaining(each -> read.put(each.getName(), each));
        BeanDescription description = contexts.writing().introspectBeanDescription(type);
        Members members =
                Members.of(type.getRawClass(), description, contexts.reading().introspectBeanDescription(type));
        form(type, writer, reader, description, written, path, typeProperty);
        if (isSingleton(type.getRawClass())) {
            findings.add(
                    path,
                    "%s has one instance and no equals, and comes back as another instance".formatted(name(type)),
                    "Make it an enum, or give it an equals (in Kotlin: a data object)" + OR);
        }
        creator(type, source, written, members, path, typeProperty);
        fields(type, reader, written, read, members, path, typeProperty);
        ComponentWalk components = new ComponentWalk(contexts, findings, types);
        written.forEach((name, property) -> {
            SettableBeanProperty counterpart = read.get(name);
            if (counterpart != null && !members.isUnproven(name, property)) {
                components.component(property, counterpart, Findings.join(path, name));
            }
        });
    }

    /** What reads the properties: of a class that is made of an instance of another one, the reader of that. */
    private BeanDeserializerBase source(BeanDeserializerBase reader) {
        ValueInstantiator creator = reader.getValueInstantiator();
        if (creator.canCreateFromObjectWith() || creator.canCreateUsingDefault() || !creator.canCreateUsingDelegate()) {
            return reader;
        }
        JavaType delegate = creator.getDelegateType(contexts.reading().getConfig());
        return delegate != null && contexts.root(delegate).reader() instanceof BeanDeserializerBase other
                ? other
                : reader;
    }

    /** Whether a class is compared with its only instance. */
    private static boolean isSingleton(Class<?> type) {
        return Equality.fields(type).isEmpty()
                && !type.isRecord()
                && !TypeWalk.hasEquals(type)
                && Stream.of(type.getDeclaredFields())
                        .anyMatch(field -> Modifier.isStatic(field.getModifiers())
                                && Modifier.isFinal(field.getModifiers())
                                && field.getType() == type);
    }

    private static Map<String, BeanPropertyWriter> written(ValueSerializer<Object> writer) {
        Map<String, BeanPropertyWriter> written = new LinkedHashMap<>();
        for (Iterator<PropertyWriter> each = writer.properties(); each.hasNext(); ) {
            if (each.next() instanceof BeanPropertyWriter property) {
                written.put(property.getName(), property);
            }
        }
        return written;
    }

    private void form(
            JavaType type,
            ValueSerializer<Object> writer,
            BeanDeserializerBase reader,
            BeanDescription description,
            Map<String, BeanPropertyWriter> written,
            String path,
            @Nullable String typeProperty) {
        if (writer instanceof BeanSerializerBase bean && bean.usesObjectId()) {
            findings.add(path, name(type) + " is written as a reference (@JsonIdentityInfo)", "Remove that" + OR);
        }
        if (description.findAnyGetter() != null) {
            findings.add(
                    path,
                    name(type)
                            + " writes entries of a map as properties (@JsonAnyGetter), which may bear the name of another",
                    "Declare the map as a component" + OR);
        }
        boolean arrayWritten = writer.getClass().getSimpleName().contains("AsArray");
        if (arrayWritten != reader.getClass().getSimpleName().contains("AsArray")) {
            findings.add(
                    path, name(type) + " is written as an array and read as an object, or the other way", "Mend it");
        }
        if (typeProperty != null && written.containsKey(typeProperty)) {
            findings.add(
                    Findings.join(path, typeProperty),
                    "the component bears the name of the property that names the class",
                    "Give another name in @JsonTypeInfo(property = …)");
        }
    }

    private void creator(
            JavaType type,
            BeanDeserializerBase reader,
            Map<String, BeanPropertyWriter> written,
            Members members,
            String path,
            @Nullable String typeProperty) {
        ValueInstantiator creator = reader.getValueInstantiator();
        if (!creator.canCreateFromObjectWith() && !creator.canCreateUsingDefault()) {
            findings.add(
                    path,
                    "%s has no constructor that Jackson can use".formatted(name(type)),
                    "Make it a record, annotate a constructor with @JsonCreator, or add the Jackson module of its language or code generator by an EventJsonCustomizer"
                            + OR);
            return;
        }
        for (Iterator<SettableBeanProperty> each = reader.creatorProperties(); each.hasNext(); ) {
            SettableBeanProperty property = each.next();
            String name = property.getName();
            if (!written.containsKey(name)
                    && !name.equals(typeProperty)
                    && property.getInjectableValueId() == null
                    && !members.isUnproven(name, null)) {
                findings.add(
                        Findings.join(path, name),
                        "it is read by the constructor of %s, but not written".formatted(name(type)),
                        "Give it an accessor that Jackson sees (a record's, a getter, or one annotated with @JsonProperty)"
                                + OR);
            }
        }
    }

    /** What is in no property that is both written and read, is lost. */
    private void fields(
            JavaType type,
            BeanDeserializerBase reader,
            Map<String, BeanPropertyWriter> written,
            Map<String, SettableBeanProperty> read,
            Members members,
            String path,
            @Nullable String typeProperty) {
        Class<?> raw = type.isAbstract() ? reader.getValueType().getRawClass() : type.getRawClass();
        seen.add(new Allowed(type.getRawClass(), raw));
        seen.add(new Allowed(raw, raw));
        for (Field field : Equality.fields(raw)) {
            Set<String> names = members.namesOf(field);
            boolean isWritten = names.stream().anyMatch(name -> written.containsKey(name) || name.equals(typeProperty));
            boolean isRead = names.stream().anyMatch(name -> read.containsKey(name) || name.equals(typeProperty));
            if ((isWritten && isRead) || field.isAnnotationPresent(Unproven.class) || members.isUnproven(names)) {
                continue;
            }
            findings.add(
                    Findings.join(path, field.getName()),
                    "the field is %s".formatted(isWritten ? "written, but not read" : "not written"),
                    (isWritten
                                    ? "Let a constructor or a setter take it"
                                    : "Give it an accessor that Jackson sees (a record's, a getter, or one annotated with @JsonProperty), and no @JsonIgnore")
                            + OR);
        }
    }

    /** Which property is which field. */
    private record Members(Map<String, Set<String>> namesByField, Map<String, Set<AnnotatedElement>> elements) {

        static Members of(Class<?> type, BeanDescription... descriptions) {
            Members members = new Members(new LinkedHashMap<>(), new LinkedHashMap<>());
            for (BeanDescription description : descriptions) {
                for (BeanPropertyDefinition property : description.findProperties()) {
                    members.add(property);
                }
            }
            for (Field field : Equality.fields(type)) {
                members.names(field.getName()).add(field.getName());
                members.names(field.getName())
                        .forEach(name -> members.elements(name).add(field));
            }
            return members;
        }

        private void add(BeanPropertyDefinition property) {
            names(property.getInternalName()).add(property.getName());
            if (property.getField() != null) {
                names(property.getField().getName()).add(property.getName());
            }
            if (property.getAccessor() != null) {
                elements(property.getName()).add(property.getAccessor().getAnnotated());
            }
            if (property.getConstructorParameter() != null
                    && property.getConstructorParameter().hasAnnotation(Unproven.class)) {
                elements(property.getName()).add(MARKED);
            }
        }

        private Set<String> names(String field) {
            return namesByField.computeIfAbsent(field, each -> new HashSet<>());
        }

        private Set<AnnotatedElement> elements(String name) {
            return elements.computeIfAbsent(name, each -> new HashSet<>());
        }

        Set<String> namesOf(Field field) {
            return names(field.getName());
        }

        boolean isUnproven(Set<String> names) {
            return names.stream().anyMatch(name -> isUnproven(name, null));
        }

        boolean isUnproven(String name, @Nullable BeanPropertyWriter writer) {
            return (writer != null && writer.getAnnotation(Unproven.class) != null)
                    || elements.getOrDefault(name, Set.of()).stream()
                            .anyMatch(element -> element.isAnnotationPresent(Unproven.class));
        }
    }

    /** Stands for a parameter that is annotated. */
    @Unproven("marks a parameter")
    private static final class Marked {}

    private static final AnnotatedElement MARKED = Marked.class;
}
