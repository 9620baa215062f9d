package io.eventsource.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Measures the sources of all modules and the documents, and holds the measures to the bounds in {@code
 * house.properties}. Leaves the table of the measures and drawings of the packages in {@code target/house}. With {@code
 * -Dhouse.root=<folder>} it does the same to another checkout.
 */
class HouseTests {

    private static final Path BOUNDS = Path.of("src/test/java/io/eventsource/house/house.properties");
    private static final Path RESULTS = Path.of("target/house");

    @Test
    void no_measure_is_above_its_bound() throws IOException {
        Repository repository = Repository.read(Path.of(System.getProperty("house.root", "..")));
        Packages packages = new Packages(repository.sources());
        Bounds bounds = Bounds.read(BOUNDS);
        List<Measure> measures = Measures.of(repository, packages);

        Path table = write("measures.md", bounds.table(measures));
        write("packages.dot", Drawing.of(packages.of(module -> true)));
        write("packages-boot.dot", Drawing.of(packages.of(module -> module.startsWith("eventsource-spring-boot"))));
        write("packages-core.dot", Drawing.of(packages.of("eventsource-core"::equals)));
        measures.stream()
                .filter(bounds::isAbove)
                .map(measure -> "Lower the bound in %s: %s=%d".formatted(BOUNDS, measure.name(), measure.value()))
                .forEach(System.out::println);

        assertThat(repository.sources()).hasSizeGreaterThan(500);
        assertThat(measures.stream().filter(bounds::isExceededBy))
                .as("measures above their bounds in %s; all of them are in %s", BOUNDS, table)
                .isEmpty();
    }

    private static Path write(String name, String text) throws IOException {
        return Files.writeString(Files.createDirectories(RESULTS).resolve(name), text);
    }
}
