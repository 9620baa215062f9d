package io.eventsource.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The commands by which the documents start the containers: the variables of each. */
final class ComposeCommands {

    static final Path FILE = Path.of("..", "docker-compose.yml");

    private static final Pattern COMMAND = Pattern.compile("(?m)^#? *((?:[A-Z_]+=\\S+ )+)docker compose up --build$");
    private static final Pattern ANY = Pattern.compile("(?m)^#? *(?:[A-Z_]+=\\S+ )*docker compose .*$");

    private ComposeCommands() {}

    /** The variables that each command sets. */
    static List<Map<String, String>> variables() throws IOException {
        return documents()
                .flatMap(text -> COMMAND.matcher(text).results().map(found -> found.group(1)))
                .map(assignments -> {
                    Map<String, String> variables = new LinkedHashMap<>();
                    for (String assignment : assignments.strip().split(" ", -1)) {
                        int equals = assignment.indexOf('=');
                        variables.put(assignment.substring(0, equals), assignment.substring(equals + 1));
                    }
                    return variables;
                })
                .toList();
    }

    /** How many commands there are, of whatever form. */
    static long count() throws IOException {
        return documents()
                .mapToLong(text -> ANY.matcher(text).results().count())
                .sum();
    }

    private static Stream<String> documents() throws IOException {
        return Stream.of(
                Files.readString(FILE),
                Files.readString(Path.of("..", "README.md")),
                Files.readString(Path.of("..", "docs", "tutorial.md")),
                Files.readString(Path.of("..", "docs", "operations.md")));
    }
}
