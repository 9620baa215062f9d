package io.eventsource.payload;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Collections and maps whose values come back equal: those of which the declared type says what equality means. A
 * {@code Collection} would come back as a list whatever it was.
 */
final class Containers {

    private static final Set<Class<?>> LISTS = Set.of(List.class, ArrayList.class, LinkedList.class);
    private static final Set<Class<?>> QUEUES = Set.of(Queue.class, Deque.class, ArrayDeque.class);
    private static final Set<Class<?>> SETS = Set.of(Set.class, HashSet.class, LinkedHashSet.class);
    private static final Set<Class<?>> SORTED_SETS = Set.of(SortedSet.class, NavigableSet.class, TreeSet.class);
    private static final Set<Class<?>> MAPS = Set.of(Map.class, HashMap.class, LinkedHashMap.class);
    private static final Set<Class<?>> CONCURRENT_MAPS = Set.of(ConcurrentMap.class, ConcurrentHashMap.class);
    private static final Set<Class<?>> SORTED_MAPS = Set.of(SortedMap.class, NavigableMap.class, TreeMap.class);
    private static final Set<String> OTHERS =
            Set.of("java.util.EnumSet", "java.util.EnumMap", "java.util.SequencedSet", "java.util.SequencedMap");

    private Containers() {}

    static boolean isKnown(Class<?> type) {
        return LISTS.contains(type)
                || QUEUES.contains(type)
                || SETS.contains(type)
                || SORTED_SETS.contains(type)
                || MAPS.contains(type)
                || CONCURRENT_MAPS.contains(type)
                || SORTED_MAPS.contains(type)
                || OTHERS.contains(type.getName());
    }

    static boolean isSet(Class<?> type) {
        return Set.class.isAssignableFrom(type);
    }

    /** A container of a known type, or null when it cannot be made of these elements. */
    static @Nullable Object of(Class<?> type, Collection<Object> elements) {
        if (LISTS.contains(type)) {
            return new ArrayList<>(elements);
        }
        if (QUEUES.contains(type)) {
            return new ArrayDeque<>(elements);
        }
        if (SETS.contains(type)) {
            return new LinkedHashSet<>(elements);
        }
        if (SORTED_SETS.contains(type)) {
            return elements.stream().allMatch(Comparable.class::isInstance) ? new TreeSet<>(elements) : null;
        }
        return null;
    }

    /** A map of a known type, or null when it cannot be made of these entries. */
    static @Nullable Object of(Class<?> type, Map<Object, Object> entries) {
        if (MAPS.contains(type)) {
            return new LinkedHashMap<>(entries);
        }
        if (CONCURRENT_MAPS.contains(type)) {
            return new ConcurrentHashMap<>(entries);
        }
        if (SORTED_MAPS.contains(type)) {
            return entries.keySet().stream().allMatch(Comparable.class::isInstance) ? new TreeMap<>(entries) : null;
        }
        return null;
    }
}
