package io.eventsource.payload;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import io.eventsource.payload.JacksonContexts.Pair;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.impl.NullsConstantProvider;
import tools.jackson.databind.ser.BeanPropertyWriter;

/** A component that is both written and read: whether its annotations leave something out, and what it holds. */
final class ComponentWalk {

    private static final String OR = ", or take it on by @Unproven";

    private final JacksonContexts contexts;
    private final Findings findings;
    private final TypeWalk types;

    ComponentWalk(JacksonContexts contexts, Findings findings, TypeWalk types) {
        this.contexts = contexts;
        this.findings = findings;
        this.types = types;
    }

    void component(BeanPropertyWriter writer, SettableBeanProperty reader, String path) {
        inclusion(writer, path);
        nulls(reader, path);
        if (writer.isUnwrapping()) {
            findings.add(
                    path,
                    "its own components are written beside it (@JsonUnwrapped) and may bear the names of others",
                    "Remove that" + OR);
            return;
        }
        JavaType type = reader.getType();
        if (!sameType(writer.getType(), type)) {
            findings.add(
                    path,
                    "it is written as %s and read as %s"
                            .formatted(writer.getType().toCanonical(), type.toCanonical()),
                    "Let the accessor return what the constructor takes" + OR);
            return;
        }
        ValueSerializer<Object> serializer = writer.getSerializer();
        if (serializer == null) {
            serializer = contexts.writing().findPrimaryPropertySerializer(type, writer);
        }
        types.value(
                type,
                new Pair(
                        serializer,
                        reader.getValueDeserializer(),
                        writer.getTypeSerializer(),
                        reader.getValueTypeDeserializer()),
                writer,
                path);
    }

    private static boolean sameType(JavaType written, JavaType read) {
        if (written.equals(read)) {
            return true;
        }
        Class<?> writtenClass = ClassUtils.resolvePrimitiveIfNecessary(written.getRawClass());
        Class<?> readClass = ClassUtils.resolvePrimitiveIfNecessary(read.getRawClass());
        if (writtenClass == Optional.class && readClass != Optional.class) {
            return sameType(written.getContentType(), read);
        }
        boolean content = written.getContentType() == null
                ? read.getContentType() == null
                : read.getContentType() != null && sameType(written.getContentType(), read.getContentType());
        return content
                && (writtenClass == readClass || (readClass.isAssignableFrom(writtenClass) && read.isContainerType()));
    }

    private void inclusion(BeanPropertyWriter writer, String path) {
        JsonInclude.@Nullable Value inclusion = writer.findPropertyInclusion(
                contexts.mapper().serializationConfig(), writer.getType().getRawClass());
        boolean content = inclusion != null
                && inclusion.getContentInclusion() != JsonInclude.Include.ALWAYS
                && inclusion.getContentInclusion() != JsonInclude.Include.USE_DEFAULTS;
        if (content || new Suppressing(writer).leavesOut()) {
            findings.add(
                    path,
                    "some of its values are left out (@JsonInclude), and come back as null or not at all",
                    "Leave out nulls only (NON_NULL), or nothing" + OR);
        }
        if (writer.getType().isMapLikeType()
                && (writer.getAnnotation(JsonIgnoreProperties.class) != null
                        || writer.getAnnotation(JsonIncludeProperties.class) != null)) {
            findings.add(path, "some keys are left out (@JsonIgnoreProperties)", "Remove that" + OR);
        }
    }

    /** A null is written as one; Optional and JSON have no null of their own. */
    private void nulls(SettableBeanProperty reader, String path) {
        Class<?> raw = reader.getType().getRawClass();
        if (raw.isPrimitive()
                || reader.getType().isReferenceType()
                || JsonNode.class.isAssignableFrom(raw)
                || raw.getName().startsWith("java.util.Optional")) {
            return;
        }
        Object back;
        try {
            back = reader.getNullValueProvider().getNullValue(contexts.reading());
        } catch (RuntimeException refused) {
            back = refused;
        }
        if (back != null || NullsConstantProvider.isSkipper(reader.getNullValueProvider())) {
            findings.add(
                    path,
                    "a null in it is written, but is not read as null (@JsonSetter(nulls = …))",
                    "Remove that and let the constructor decide" + OR);
        }
    }

    /** Sees what a property leaves out. */
    private static final class Suppressing extends BeanPropertyWriter {

        private static final long serialVersionUID = 1L;

        Suppressing(BeanPropertyWriter property) {
            super(property);
        }

        boolean leavesOut() {
            return _suppressableValue != null
                    || (_suppressNulls
                            && (getType().isReferenceType()
                                    || getType().getRawClass().getName().startsWith("java.util.Optional")));
        }
    }
}
