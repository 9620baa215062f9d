package io.eventsource.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Holds the documents against the repository: their code and their links. */
class DocumentsTests {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern ANY_BLOCK = Pattern.compile("```.*?```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    /** A test class in code, perhaps with a nested class or a method. */
    private static final Pattern TEST =
            Pattern.compile("`([A-Z][a-z]\\w*?(?:Tests|IT|Contract|PoolerTools|ServerTools|Promtool))((?:\\.\\w+)*)`");
    /** A type in code, perhaps with a member. */
    private static final Pattern TYPE = Pattern.compile("`([A-Z][a-z]\\w+)(?:[.(][^`\n]*)?`");

    @Test
    void code_of_the_readme_and_the_guide_is_in_compiled_sources() {
        String sources = files(".java").stream()
                .filter(file -> file.toString().contains("/src/"))
                .map(DocumentsTests::read)
                .map(DocumentsTests::flat)
                .collect(Collectors.joining("\n"));

        List<String> unknown = Stream.of(
                        "README.md", "docs/guide.md", "docs/testing.md", "docs/operations.md", "docs/another-broker.md")
                .flatMap(document ->
                        JAVA_BLOCK.matcher(read(ROOT.resolve(document))).results())
                .map(block -> block.group(1))
                .filter(code -> !sources.contains(flat(code)))
                .toList();

        assertThat(unknown).isEmpty();
    }

    @Test
    void every_link_between_documents_leads_to_a_file_and_a_heading() {
        List<String> broken = new ArrayList<>();
        for (Path document : files(".md")) {
            ANY_BLOCK
                    .matcher(read(document))
                    .replaceAll("")
                    .lines()
                    .flatMap(line -> LINK.matcher(line).results())
                    .map(link -> link.group(1))
                    .filter(link -> !link.contains(":") && !leads(document, link))
                    .forEach(link -> broken.add(ROOT.relativize(document) + ": " + link));
        }

        assertThat(broken).isEmpty();
    }

    @Test
    void every_test_that_a_document_names_exists() {
        Map<String, Path> sources = files(".java").stream()
                .collect(Collectors.toMap(
                        file -> file.getFileName().toString().replace(".java", ""), file -> file, (one, other) -> one));
        List<String> unknown = new ArrayList<>();
        for (Path document : files(".md")) {
            TEST.matcher(read(document))
                    .results()
                    .filter(test -> !exists(sources.get(test.group(1)), test.group(2)))
                    .forEach(test -> unknown.add(ROOT.relativize(document) + ": " + test.group()));
        }

        assertThat(unknown).isEmpty();
    }

    private static boolean exists(@Nullable Path source, String members) {
        return source != null
                && Pattern.compile("\\.").splitAsStream(members).allMatch(member -> read(source)
                        .contains(member));
    }

    @Test
    void every_guarantee_names_tests() {
        List<String> guarantees = Pattern.compile("(?m)^## (?=G)")
                .splitAsStream(read(ROOT.resolve("docs/guarantees.md")))
                .skip(1)
                .toList();

        List<String> without = guarantees.stream()
                .filter(guarantee -> !TEST.matcher(guarantee.substring(guarantee.lastIndexOf("**Tests:**") + 1))
                        .find())
                .map(guarantee -> guarantee.lines().findFirst().orElseThrow())
                .toList();

        assertThat(guarantees).hasSize(15);
        assertThat(without).isEmpty();
    }

    @Test
    void every_type_that_an_explanation_of_the_engine_names_is_in_the_sources() {
        Set<String> words = files(".java").stream()
                .filter(file -> !file.endsWith("DocumentsTests.java"))
                .flatMap(file -> Pattern.compile("\\W+").splitAsStream(read(file)))
                .collect(Collectors.toSet());

        List<String> unknown = files(".md").stream()
                .filter(document -> document.startsWith(ROOT.resolve("docs/internals"))
                        || document.equals(ROOT.resolve("ARCHITECTURE.md"))
                        || document.equals(ROOT.resolve("docs/guarantees.md")))
                .flatMap(document -> TYPE.matcher(read(document)).results().map(type -> type.group(1)))
                .filter(type -> !words.contains(type))
                .toList();

        assertThat(unknown).isEmpty();
    }

    @Test
    void the_architecture_lists_exactly_the_packages_that_there_are() {
        String architecture = read(ROOT.resolve("ARCHITECTURE.md"));

        assertThat(listed(architecture, "Packages of the core")).isEqualTo(packages("eventsource-core", ""));
        assertThat(listed(architecture, "Packages of Spring Boot's side"))
                .isEqualTo(packages("eventsource-spring-boot-autoconfigure", "autoconfigure"));
    }

    /** What stands as code in the first cells of the table below a heading. */
    private static Set<String> listed(String document, String heading) {
        String section = document.substring(document.indexOf("\n## " + heading + "\n") + 1);
        return section.substring(0, section.indexOf("\n## "))
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.substring(0, line.indexOf('|', 1)))
                .flatMap(cell -> Pattern.compile("`([a-z]+)`").matcher(cell).results())
                .map(code -> code.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> packages(String module, String below) {
        Path root = ROOT.resolve(module).resolve("src/main/java/io/eventsource").resolve(below);
        try (Stream<Path> entries = Files.list(root)) {
            return entries.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static boolean leads(Path document, String link) {
        int anchor = link.indexOf('#');
        String file = anchor < 0 ? link : link.substring(0, anchor);
        Path target = file.isEmpty() ? document : document.resolveSibling(file).normalize();
        return Files.exists(target) && (anchor < 0 || anchors(target).contains(link.substring(anchor + 1)));
    }

    /** The anchors that hosts of repositories make of headings: lower case, without punctuation, hyphens for spaces. */
    private static Set<String> anchors(Path document) {
        return HEADING.matcher(ANY_BLOCK.matcher(read(document)).replaceAll(""))
                .results()
                .map(MatchResult::group)
                .map(heading -> heading.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private static String flat(String code) {
        return code.replaceAll("\\s+", " ").strip();
    }

    private static List<Path> files(String ending) {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .filter(file -> !file.toString().contains("/target/")
                            && !file.toString().contains("/node_modules/")
                            && !file.toString().contains("/."))
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
