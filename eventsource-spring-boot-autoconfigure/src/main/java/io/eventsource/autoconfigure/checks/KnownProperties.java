package io.eventsource.autoconfigure.checks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The properties below {@code eventsource} that the metadata on the class path describe, with what maps and lists may hold. */
final class KnownProperties {

    private static final String METADATA = "META-INF/spring-configuration-metadata.json";
    private static final int FEW = 3;

    private final Set<KnownProperty> known;

    private KnownProperties(Set<KnownProperty> known) {
        this.known = known;
    }

    static KnownProperties on(ClassLoader classLoader) {
        Set<KnownProperty> known = new LinkedHashSet<>();
        try {
            for (URL each : Collections.list(classLoader.getResources(METADATA))) {
                try (InputStream json = each.openStream()) {
                    for (JsonNode property : JsonMapper.shared().readTree(json).path("properties")) {
                        String name = property.path("name").asString("");
                        if (name.startsWith("eventsource.")) {
                            known.addAll(
                                    KnownProperty.of(name, property.path("type").asString(""), classLoader));
                        }
                    }
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot read " + METADATA, failure);
        }
        return new KnownProperties(known);
    }

    boolean isEmpty() {
        return known.isEmpty();
    }

    /** Whether there is such a property; without a value, whether it is the beginning of one. */
    boolean has(ConfigurationPropertyName name, boolean empty) {
        List<String> elements = elements(name, Form.UNIFORM);
        return known.stream().anyMatch(each -> each.matches(elements) || (empty && each.beginsWith(elements)));
    }

    /** Whether an environment variable sets a property. */
    boolean hasVariable(String variable) {
        String flat = flat(variable);
        return known.stream().anyMatch(each -> each.matchesVariable(flat));
    }

    /** The properties that may be meant, with the keys and indexes of the given name. */
    List<String> nearest(ConfigurationPropertyName name) {
        List<String> elements = elements(name, Form.DASHED);
        String last = elements.get(elements.size() - 1);
        return nearest(String.join(".", elements), last, known.stream().map(each -> each.filledBy(elements)));
    }

    List<String> nearestVariables(String variable) {
        Stream<String> variables = known.stream().map(KnownProperty::variable);
        return nearest(variable, variable, variables);
    }

    /** By the whole name, and by the last part of it: a name may be right and stand below another group. */
    private static List<String> nearest(String name, String last, Stream<String> candidates) {
        record Candidate(String name, int distance, int lastDistance) {}
        int allowed = 1 + name.length() / 6;
        List<Candidate> all = candidates
                .distinct()
                .map(each -> new Candidate(
                        each,
                        Distance.between(name, each),
                        Distance.between(last, each.substring(each.lastIndexOf('.') + 1))))
                .toList();
        List<String> whole = all.stream()
                .filter(each -> each.distance() <= allowed)
                .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
                .limit(1)
                .map(Candidate::name)
                .toList();
        return whole.isEmpty()
                ? all.stream()
                        .filter(each -> each.lastDistance() <= Math.max(1, last.length() / 4))
                        .sorted(Comparator.comparingInt(Candidate::lastDistance)
                                .thenComparingInt(Candidate::distance)
                                .thenComparing(Candidate::name))
                        .limit(FEW)
                        .map(Candidate::name)
                        .toList()
                : whole;
    }

    private static List<String> elements(ConfigurationPropertyName name, Form form) {
        List<String> elements = new ArrayList<>();
        for (int at = 0; at < name.getNumberOfElements(); at++) {
            elements.add(name.getElement(at, form));
        }
        return elements;
    }

    /** A name as far as an environment variable keeps it. */
    static String flat(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
    }

    /** Elements of a name that is written with dots. */
    static List<String> split(String name) {
        return Arrays.asList(name.split("\\.", -1));
    }
}
