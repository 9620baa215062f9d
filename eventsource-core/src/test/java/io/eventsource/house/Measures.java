package io.eventsource.house;

import io.eventsource.house.Packages.Node;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Takes the measures of a repository. */
final class Measures {

    private static final String CORE = "eventsource-core";

    private Measures() {}

    static List<Measure> of(Repository repository, Packages packages) throws IOException {
        List<Measure> measures = new ArrayList<>();
        repository.sources().stream()
                .map(SourceFile::module)
                .distinct()
                .map(module -> largestPackage(module, packages.of(module::equals)))
                .forEach(measures::add);
        Shapes shapes = new Shapes();
        repository.sources().forEach(shapes::look);
        measures.addAll(shapes.largest());
        measures.add(longestTest(repository));
        measures.addAll(namesOfTests(repository));
        measures.addAll(publicTypes(repository));
        List<String> cycles = packages.inCycles();
        measures.add(new Measure("packages-in-cycles", cycles.size(), String.join(", ", cycles)));
        String readme = repository.document("README.md");
        measures.add(new Measure("lines.README.md", (int) readme.lines().count(), ""));
        measures.add(new Measure("first-java.README.md", firstJava(readme), ""));
        measures.add(new Measure("bytes.ARCHITECTURE.md", bytes(repository.document("ARCHITECTURE.md")), ""));
        return measures;
    }

    /** Where the largest package is, and the two after it. */
    private static Measure largestPackage(String module, List<Node> packages) {
        List<Node> largest = packages.stream()
                .sorted(Comparator.comparingInt(Node::files).reversed())
                .limit(3)
                .toList();
        String where =
                largest.stream().map(node -> node.name() + " " + node.files()).collect(Collectors.joining(", "));
        return new Measure("files-of-a-package." + module, largest.get(0).files(), where);
    }

    /** The longest file of tests, and the two after it. */
    private static Measure longestTest(Repository repository) {
        List<SourceFile> longest = repository.tests().stream()
                .sorted(Comparator.comparing((SourceFile test) -> test.codeLines())
                        .reversed())
                .limit(3)
                .toList();
        String where = longest.stream()
                .map(test -> test.name() + " " + test.codeLines())
                .collect(Collectors.joining(", "));
        return new Measure(
                "lines-of-a-test-file", longest.isEmpty() ? 0 : longest.get(0).codeLines(), where);
    }

    /** Names of tests that are not in snake_case, and those of more than 80 characters. */
    private static List<Measure> namesOfTests(Repository repository) {
        return List.of(
                names("tests-not-in-snake-case", repository, name -> !name.matches("[a-z0-9]+(_[a-z0-9]+)*")),
                names("tests-with-long-names", repository, name -> name.length() > 80));
    }

    private static Measure names(String measure, Repository repository, Predicate<String> counts) {
        List<String> names = repository.tests().stream()
                .flatMap(test -> test.namesOfTests().stream().filter(counts).map(name -> test.name() + " " + name))
                .toList();
        return new Measure(measure, names.size(), names.stream().limit(3).collect(Collectors.joining(", ")));
    }

    /** Those of the top level, and all: a type that is nested in another is public too where both are. */
    private static List<Measure> publicTypes(Repository repository) {
        List<SourceFile> core = repository.sources().stream()
                .filter(source -> source.module().equals(CORE))
                .toList();
        long types = core.stream().flatMap(SourceFile::types).count();
        long published = core.stream().flatMap(SourceFile::publicTypes).count();
        long all = core.stream().mapToLong(SourceFile::publicTypesWithNested).sum();
        return List.of(
                new Measure("public-types." + CORE, (int) published, "of " + types),
                new Measure("public-types-with-nested." + CORE, (int) all, ""));
    }

    /** The number of the first line of Java. A document without Java has it after its end. */
    private static int firstJava(String document) {
        return (int) document.lines()
                        .takeWhile(line -> !line.startsWith("```java"))
                        .count()
                + 1;
    }

    private static int bytes(String document) {
        return document.getBytes(StandardCharsets.UTF_8).length;
    }
}
