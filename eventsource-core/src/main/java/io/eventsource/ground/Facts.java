package io.eventsource.ground;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answer of the server: what was asked, by kind and name. */
final class Facts {

    private final Map<String, Map<String, @Nullable String>> byKind = new LinkedHashMap<>();

    Facts put(String kind, String name, @Nullable String value) {
        byKind.computeIfAbsent(kind, key -> new LinkedHashMap<>()).put(name, value);
        return this;
    }

    /** All names of a kind with their values. */
    Map<String, @Nullable String> all(String kind) {
        return byKind.getOrDefault(kind, Map.of());
    }

    @Nullable String value(String kind, String name) {
        return all(kind).get(name);
    }

    boolean is(String kind, String name, String expected) {
        return expected.equals(value(kind, name));
    }

    /** A number, or null when it is not known. */
    @Nullable Long number(String kind, String name) {
        String value = value(kind, name);
        return value == null || value.isEmpty() ? null : Long.valueOf(value);
    }
}
