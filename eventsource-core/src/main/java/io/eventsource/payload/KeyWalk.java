package io.eventsource.payload;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.introspect.AnnotatedMember;

/** Whether keys of a class of the application can be written and read. */
final class KeyWalk {

    private final JacksonContexts contexts;

    KeyWalk(JacksonContexts contexts) {
        this.contexts = contexts;
    }

    /** What is wrong, or null. */
    @Nullable String failure(JavaType key, @Nullable BeanProperty property) {
        String name = key.getRawClass().getName();
        if (key.getRawClass() == Object.class) {
            return "the type of its keys is not known, so they come back as texts";
        }
        ValueSerializer<Object> writer;
        KeyDeserializer reader;
        try {
            writer = contexts.writing().findKeySerializer(key, property);
            reader = contexts.reading().findKeyDeserializer(key, property);
        } catch (DatabindException refused) {
            return "keys of class %s cannot be read: %s".formatted(name, Findings.said(refused));
        }
        boolean ownWriter = isOwn(writer);
        if (ownWriter && isOwn(reader)) {
            return null;
        }
        BeanDescription description = contexts.writing().introspectBeanDescription(key);
        AnnotatedMember text = description.findJsonKeyAccessor();
        if (text == null) {
            text = description.findJsonValueAccessor();
        }
        return !ownWriter && text != null && text.getRawType() == String.class
                ? null
                : "keys of class %s are written by their toString()".formatted(name);
    }

    private static boolean isOwn(Object serializer) {
        return !serializer.getClass().getName().startsWith("tools.jackson.databind.");
    }
}
