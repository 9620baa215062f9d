package io.eventsource.house;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;

import io.eventsource.house.Packages.Node;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * Packages and their imports in the language of Graphviz. A box says how many files its package has, an arrow how many
 * imports it stands for. {@code dot -Tsvg -O packages.dot} makes a picture of it.
 */
final class Drawing {

    private static final String ROOT = "io.eventsource.";

    private Drawing() {}

    /** Draws these packages, and of their imports those among them. */
    static String of(List<Node> nodes) {
        Set<String> drawn = nodes.stream().map(Node::name).collect(toSet());
        StringBuilder dot = new StringBuilder(
                """
                digraph packages {
                  node [shape=box fontname="sans-serif" fontsize=11];
                  edge [fontname="sans-serif" fontsize=8 color="gray50"];
                """);
        nodes.stream().collect(groupingBy(Node::module, TreeMap::new, toList())).forEach((module, inside) -> {
            dot.append("  subgraph \"cluster_%s\" {\n    label=\"%s\"; fontname=\"sans-serif\";\n"
                    .formatted(module, module));
            inside.forEach(node -> dot.append(
                    "    \"%s\" [label=\"%s\\n%d files\"];\n".formatted(node.name(), shortName(node), node.files())));
            dot.append("  }\n");
        });
        nodes.forEach(node -> node.imports().forEach((imported, times) -> {
            if (drawn.contains(imported)) {
                dot.append("  \"%s\" -> \"%s\" [label=%d];\n".formatted(node.name(), imported, times));
            }
        }));
        return dot.append("}\n").toString();
    }

    private static String shortName(Node node) {
        return node.name().startsWith(ROOT) ? node.name().substring(ROOT.length()) : node.name();
    }
}
