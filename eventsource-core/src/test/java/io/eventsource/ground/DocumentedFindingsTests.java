package io.eventsource.ground;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DocumentedFindingsTests {

    private static final Pattern CODE =
            Pattern.compile("(?:add|refuse|option|unsafe|new Finding)\\(\\s*\"([a-z]+(?:-[a-z]+)*)\"");

    @Test
    void operators_find_each_code_and_each_risk_that_can_be_accepted() throws IOException {
        TreeSet<String> codes = new TreeSet<>(Expected.ACCEPTABLE);
        try (Stream<Path> files = Files.list(Path.of("src/main/java/io/eventsource/ground"))) {
            for (Path file : files.toList()) {
                CODE.matcher(Files.readString(file)).results().forEach(match -> codes.add(match.group(1)));
            }
        }
        String operations = Files.readString(Path.of("../docs/operations.md"));
        String configuration = Files.readString(Path.of("../docs/configuration.md"));

        assertThat(codes).hasSizeGreaterThan(35);
        assertThat(codes).allSatisfy(code -> assertThat(operations).contains("`" + code + "`"));
        assertThat(List.copyOf(Expected.ACCEPTABLE))
                .allSatisfy(code -> assertThat(configuration).contains("`" + code + "`"));
    }
}
