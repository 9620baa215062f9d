package io.eventsource.house;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The sources of all modules, and the documents.
 *
 * @param sources the main sources
 * @param tests those of tests
 */
record Repository(Path root, List<SourceFile> sources, List<SourceFile> tests) {

    private static final Path MAIN = Path.of("src/main/java");
    private static final Path TEST = Path.of("src/test/java");

    static Repository read(Path root) throws IOException {
        return new Repository(root, parsed(root, MAIN), parsed(root, TEST));
    }

    private static List<SourceFile> parsed(Path root, Path folder) throws IOException {
        List<SourceFile> sources = new ArrayList<>();
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "This is no JDK");
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            for (Path module : modules(root, folder)) {
                JavacTask task = (JavacTask) compiler.getTask(
                        null,
                        files,
                        null,
                        List.of("-proc:none"),
                        null,
                        files.getJavaFileObjectsFromPaths(javaFiles(module.resolve(folder))));
                SourcePositions positions = Trees.instance(task).getSourcePositions();
                for (CompilationUnitTree unit : task.parse()) {
                    CodeLines code = new CodeLines(
                            unit.getSourceFile().getCharContent(true).toString());
                    sources.add(new SourceFile(module.getFileName().toString(), unit, positions, code));
                }
            }
        }
        return List.copyOf(sources);
    }

    private static List<Path> modules(Path root, Path folder) throws IOException {
        try (Stream<Path> children = Files.list(root)) {
            return children.filter(child -> Files.isDirectory(child.resolve(folder)))
                    .sorted()
                    .toList();
        }
    }

    private static List<Path> javaFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }

    String document(String name) throws IOException {
        return Files.readString(root.resolve(name));
    }
}
