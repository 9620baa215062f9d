package io.eventsource.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What users compile against changes on purpose only. With {@code -Dapi.write=true} the reports are written before they are compared. */
class ApiTests {

    private static final String WRITE = "mvn -B -ntp test -pl eventsource-spring-boot-autoconfigure -am -Dtest=ApiTests"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dapi.write=true";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eventsource-brokers",
                "eventsource-core",
                "eventsource-embedded-postgres",
                "eventsource-spring-boot-autoconfigure",
                "eventsource-test"
            })
    void the_public_types_are_those_of_the_report(String module) throws IOException {
        Path report = Path.of("..", module, "api.txt");
        String types = ApiReport.of(Path.of("..", module, "target/classes"));
        if (Boolean.getBoolean("api.write")) {
            Files.writeString(report, types);
        }

        List<String> before = qualified(Files.readString(report));
        List<String> after = qualified(types);

        assertThat(after).hasSizeGreaterThan(5);
        assertThat(Stream.concat(
                        before.stream().filter(line -> !after.contains(line)).map(line -> "gone: " + line),
                        after.stream().filter(line -> !before.contains(line)).map(line -> "new: " + line)))
                .as(
                        "changes of the public types that %s does not report. If they are meant, commit what this writes: %s",
                        report, WRITE)
                .isEmpty();
    }

    /** The lines of a report, those of members behind the name of their type. */
    private static List<String> qualified(String report) {
        List<String> lines = new ArrayList<>();
        String type = "";
        for (String line : report.lines().toList()) {
            if (line.startsWith(" ")) {
                lines.add(type + " {" + line.strip() + "}");
            } else {
                type = line;
                lines.add(line);
            }
        }
        return lines;
    }
}
