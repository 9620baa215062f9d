package io.eventsource.payload;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Whether two values are equal: by {@code equals}, or where that says no, by what they hold, since arrays and many classes have no
 * {@code equals} of their own. Components that are {@link Unproven} are left out.
 */
final class Equality {

    private static final int MAX_DEPTH = 2 * StoredJson.MAX_DEPTH;

    private Equality() {}

    /** The component in which two values differ; empty for the values themselves; null when they are equal. */
    static @Nullable String difference(@Nullable Object one, @Nullable Object other) {
        return difference(one, other, 0);
    }

    private static @Nullable String difference(@Nullable Object one, @Nullable Object other, int depth) {
        if (one == other) {
            return null;
        }
        if (one instanceof JsonNode || other instanceof JsonNode) {
            return tree(one, other) ? null : "";
        }
        if (one == null || other == null || depth > MAX_DEPTH) {
            return "";
        }
        if (says(one, other)) {
            return null;
        }
        if (one.getClass().isArray() && one.getClass() == other.getClass()) {
            return elements(list(one), list(other), depth);
        }
        if (one instanceof Optional<?> optional && other instanceof Optional<?> otherOptional) {
            return difference(optional.orElse(null), otherOptional.orElse(null), depth + 1);
        }
        if (one instanceof Map<?, ?> map && other instanceof Map<?, ?> otherMap) {
            return map(map, otherMap, depth);
        }
        if (one instanceof Collection<?> && other instanceof Collection<?>) {
            return collection((Collection<?>) one, (Collection<?>) other, depth);
        }
        if (one.getClass() != other.getClass() || one.getClass().getName().startsWith("java.")) {
            return "";
        }
        return components(one, other, depth);
    }

    /** An equals that fails says no: what both hold is compared then. */
    private static boolean says(Object one, Object other) {
        try {
            return one.equals(other);
        } catch (RuntimeException failure) {
            return false;
        }
    }

    private static boolean has(Map<?, ?> map, @Nullable Object key) {
        try {
            return map.containsKey(key);
        } catch (RuntimeException failure) {
            return false;
        }
    }

    /** As JSON: of the same digits, whatever the node's class. */
    private static boolean tree(@Nullable Object one, @Nullable Object other) {
        return (one == null || one instanceof JsonNode)
                && (other == null || other instanceof JsonNode)
                && tree((JsonNode) one, (JsonNode) other);
    }

    private static boolean tree(@Nullable JsonNode one, @Nullable JsonNode other) {
        if (one == null || one.isNull() || one.isMissingNode()) {
            return other == null || other.isNull();
        }
        return other != null && one.equals(Equality::compare, other);
    }

    private static int compare(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return decimal(one).compareTo(decimal(other));
        }
        boolean texts = (one.isString() || one.isBinary()) && (other.isString() || other.isBinary());
        return texts ? one.asString().compareTo(other.asString()) : one.equals(other) ? 0 : 1;
    }

    private static BigDecimal decimal(JsonNode number) {
        return new BigDecimal(number.asString());
    }

    private static List<@Nullable Object> list(Object array) {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = 0; i < Array.getLength(array); i++) {
            list.add(Array.get(array, i));
        }
        return list;
    }

    private static @Nullable String elements(Collection<?> one, Collection<?> other, int depth) {
        if (one.size() != other.size()) {
            return "";
        }
        Iterator<?> others = other.iterator();
        int index = 0;
        for (Object each : one) {
            String difference = difference(each, others.next(), depth + 1);
            if (difference != null) {
                return join("[" + index + "]", difference);
            }
            index++;
        }
        return null;
    }

    private static @Nullable String collection(Collection<?> one, Collection<?> other, int depth) {
        if (one instanceof Set<?> != other instanceof Set<?>) {
            return "";
        }
        if (!(one instanceof Set<?>) || one instanceof SortedSet<?>) {
            return elements(one, other, depth);
        }
        if (one.size() != other.size()) {
            return "";
        }
        List<Object> left = new ArrayList<>(other);
        return one.stream().allMatch(each -> left.removeIf(candidate -> difference(each, candidate, depth + 1) == null))
                ? null
                : "";
    }

    private static @Nullable String map(Map<?, ?> one, Map<?, ?> other, int depth) {
        if (one.size() != other.size()) {
            return "";
        }
        for (Map.Entry<?, ?> entry : one.entrySet()) {
            String difference = has(other, entry.getKey())
                    ? difference(entry.getValue(), other.get(entry.getKey()), depth + 1)
                    : "";
            if (difference != null) {
                return join("{}", difference);
            }
        }
        return null;
    }

    private static @Nullable String components(Object one, Object other, int depth) {
        for (Field field : fields(one.getClass())) {
            if (field.isAnnotationPresent(Unproven.class)) {
                continue;
            }
            String difference;
            try {
                field.setAccessible(true);
                difference = difference(field.get(one), field.get(other), depth + 1);
            } catch (IllegalAccessException | InaccessibleObjectException hidden) {
                return "";
            }
            if (difference != null) {
                return join(field.getName(), difference);
            }
        }
        return null;
    }

    private static String join(String first, String rest) {
        return rest.isEmpty() || rest.startsWith("[") || rest.startsWith("{") ? first + rest : first + "." + rest;
    }

    /** The instance fields of a class and those that it extends, but for those that hold no data. */
    static List<Field> fields(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic() && !isOfGroovy(field)) {
                    fields.add(field);
                }
            }
        }
        return fields;
    }

    /** How an object of Groovy finds its methods, which Jackson leaves out as well. */
    private static boolean isOfGroovy(Field field) {
        return field.getName().equals("metaClass")
                && field.getType().getName().equals("groovy.lang.MetaClass")
                && Modifier.isTransient(field.getModifiers());
    }
}
