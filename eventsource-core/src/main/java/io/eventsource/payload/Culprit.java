package io.eventsource.payload;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.introspect.BeanPropertyDefinition;

/** Finds the component for which Jackson refuses a whole class. */
final class Culprit {

    private static final int MAX_DEPTH = 10;

    private final JacksonContexts contexts;

    Culprit(JacksonContexts contexts) {
        this.contexts = contexts;
    }

    /** Where in a refused type the fault is: the innermost component that is refused by itself. */
    String in(JavaType type) {
        return in(type, "", MAX_DEPTH);
    }

    private String in(JavaType type, String path, int depth) {
        if (depth == 0) {
            return path;
        }
        if (type.getKeyType() != null && keyRefused(type.getKeyType())) {
            return path + "{key}";
        }
        JavaType content = type.getContentType();
        if (content != null) {
            return refused(content) ? in(content, path + (type.getKeyType() == null ? "[]" : "{}"), depth - 1) : path;
        }
        for (BeanPropertyDefinition property :
                contexts.writing().introspectBeanDescription(type).findProperties()) {
            if (refused(property.getPrimaryType())) {
                return in(property.getPrimaryType(), Findings.join(path, property.getName()), depth - 1);
            }
        }
        return path;
    }

    private boolean keyRefused(JavaType key) {
        try {
            contexts.reading().findKeyDeserializer(key, null);
            return false;
        } catch (JacksonException refused) {
            return true;
        }
    }

    private boolean refused(JavaType type) {
        try {
            contexts.root(type);
            return false;
        } catch (JacksonException refused) {
            return true;
        }
    }
}
