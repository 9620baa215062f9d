package io.eventsource.house;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The packages of the repository and the imports between them. */
final class Packages {

    /** @param imports the other packages that its files import from, each with the number of these imports */
    record Node(String name, String module, int files, SortedMap<String, Integer> imports) {}

    private final SortedMap<String, Node> nodes = new TreeMap<>();

    Packages(List<SourceFile> sources) {
        for (SourceFile source : sources) {
            nodes.merge(
                    source.packageName(),
                    new Node(source.packageName(), source.module(), 1, new TreeMap<>()),
                    (node, file) -> new Node(node.name(), node.module(), node.files() + 1, node.imports()));
        }
        for (SourceFile source : sources) {
            Map<String, Integer> imports =
                    Objects.requireNonNull(nodes.get(source.packageName())).imports();
            source.imports()
                    .flatMap(name -> packageOf(name).stream())
                    .filter(imported -> !imported.equals(source.packageName()))
                    .forEach(imported -> imports.merge(imported, 1, Integer::sum));
        }
    }

    /** The import may be of a nested type, or of a static member. */
    private Optional<String> packageOf(String imported) {
        String name = imported;
        while (name.contains(".")) {
            name = name.substring(0, name.lastIndexOf('.'));
            if (nodes.containsKey(name)) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    List<Node> of(Predicate<String> module) {
        return nodes.values().stream()
                .filter(node -> module.test(node.module()))
                .toList();
    }

    /** Those that import themselves by way of others. */
    List<String> inCycles() {
        return nodes.keySet().stream()
                .filter(name -> reachableFrom(name).contains(name))
                .toList();
    }

    private Set<String> reachableFrom(String name) {
        Set<String> reached = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(name));
        while (!open.isEmpty()) {
            Objects.requireNonNull(nodes.get(open.pop())).imports().keySet().stream()
                    .filter(reached::add)
                    .forEach(open::push);
        }
        return reached;
    }
}
