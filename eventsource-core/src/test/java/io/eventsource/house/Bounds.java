package io.eventsource.house;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The upper bounds of the measures, a line {@code name=value} each. */
record Bounds(Map<String, Integer> values) {

    static Bounds read(Path file) throws IOException {
        Map<String, Integer> values = new LinkedHashMap<>();
        Files.readAllLines(file).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("="))
                .forEach(line -> values.put(line[0], Integer.valueOf(line[1])));
        return new Bounds(values);
    }

    boolean isExceededBy(Measure measure) {
        return !values.containsKey(measure.name()) || measure.value() > of(measure);
    }

    boolean isAbove(Measure measure) {
        return values.containsKey(measure.name()) && measure.value() < of(measure);
    }

    private int of(Measure measure) {
        return Objects.requireNonNull(values.get(measure.name()), measure.name());
    }

    /** The measures beside their bounds, as a table in Markdown. */
    String table(List<Measure> measures) {
        return measures.stream()
                .map(measure -> "| %s | %d | %s | %s |"
                        .formatted(measure.name(), measure.value(), bound(measure), measure.where()))
                .collect(Collectors.joining("\n", "| measure | value | bound | where |\n|---|---|---|---|\n", "\n"));
    }

    private String bound(Measure measure) {
        if (!values.containsKey(measure.name())) {
            return "none: add " + measure.name() + "=" + measure.value();
        }
        return of(measure) + (isAbove(measure) ? ", lower it to " + measure.value() : "");
    }
}
