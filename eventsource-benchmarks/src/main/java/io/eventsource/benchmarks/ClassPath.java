package io.eventsource.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * A class path to pick from.
 *
 * @param elements its files and folders
 */
record ClassPath(List<Path> elements) {

    private static final String CLASSES = "BOOT-INF/classes/";
    private static final String LIBRARIES = "BOOT-INF/lib/";

    /**
     * That of this JVM, whether it was started with a class path or from the one runnable jar.
     *
     * @param folder where the jar is unpacked to
     */
    static ClassPath ofThisJvm(Path folder) throws IOException {
        String[] elements = System.getProperty("java.class.path").split(File.pathSeparator);
        if (elements.length == 1 && elements[0].endsWith(".jar")) {
            return unpacked(Path.of(elements[0]), folder);
        }
        return new ClassPath(Stream.of(elements).map(Path::of).toList());
    }

    private static ClassPath unpacked(Path jar, Path folder) throws IOException {
        Path classes =
                folder.resolve("eventsource-benchmarks").resolve("target").resolve("classes");
        List<Path> elements = new ArrayList<>(List.of(classes));
        try (JarFile opened = new JarFile(jar.toFile())) {
            for (JarEntry entry :
                    opened.stream().filter(all -> !all.isDirectory()).toList()) {
                if (entry.getName().startsWith(LIBRARIES)) {
                    Path library = folder.resolve(entry.getName().substring(LIBRARIES.length()));
                    copy(opened, entry, library);
                    elements.add(library);
                } else if (entry.getName().startsWith(CLASSES)) {
                    copy(opened, entry, classes.resolve(entry.getName().substring(CLASSES.length())));
                }
            }
        }
        return new ClassPath(elements);
    }

    private static void copy(JarFile jar, JarEntry entry, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        try (InputStream content = jar.getInputStream(entry)) {
            Files.copy(content, target);
        }
    }

    /**
     * A part of it, in its order.
     *
     * @param beginnings how names of jars begin; of a folder that Maven compiles to, how the name of its module does
     * @throws IllegalStateException when nothing begins so
     */
    List<Path> only(List<List<String>> beginnings) {
        List<String> wanted = beginnings.stream().flatMap(List::stream).toList();
        wanted.stream()
                .filter(beginning ->
                        elements.stream().noneMatch(element -> name(element).startsWith(beginning)))
                .findFirst()
                .ifPresent(beginning -> {
                    throw new IllegalStateException("Nothing on the class path begins with " + beginning);
                });
        return elements.stream()
                .filter(element -> wanted.stream().anyMatch(name(element)::startsWith))
                .toList();
    }

    private static String name(Path element) {
        return element.endsWith(Path.of("target", "classes"))
                ? element.getName(element.getNameCount() - 3).toString()
                : element.getFileName().toString();
    }
}
