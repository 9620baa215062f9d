package io.eventsource.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ConfigurationMetadataTests {

    /** A row of the table: the property, its type, its default. */
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(eventsource\\.[^`]+)` \\| ([^|]+) \\| ([^|]*) \\|");

    private static List<Map<String, Object>> properties() throws IOException {
        return JsonPath.parse(Files.readString(Path.of("target/classes/META-INF/spring-configuration-metadata.json")))
                // those of the endpoint itself are Boot's
                .read("$.properties[?(@.name =~ /eventsource\\..*/)]");
    }

    private static Map<String, String> documentedDefaults() throws IOException {
        String document = Files.readString(Path.of("../docs/configuration.md"));
        String section = document.split("(?m)^## ", -1)[1];
        Map<String, String> defaults = new TreeMap<>();
        for (MatchResult row : ROW.matcher(section).results().toList()) {
            defaults.put(row.group(1), row.group(3));
        }
        return defaults;
    }

    @Test
    void every_property_is_described_in_a_sentence() throws Exception {
        assertThat(properties()).hasSizeGreaterThan(10).allSatisfy(property -> assertThat(property)
                .hasEntrySatisfying("name", name -> assertThat((String) name).startsWith("eventsource."))
                .hasEntrySatisfying("description", description -> assertThat((String) description)
                        .matches("[A-Z].+\\.")));
    }

    @Test
    void switches_are_described_as_whether() throws Exception {
        assertThat(properties())
                .filteredOn(property -> "java.lang.Boolean".equals(property.get("type")))
                .isNotEmpty()
                .allSatisfy(property ->
                        assertThat((String) property.get("description")).startsWith("Whether "));
    }

    @Test
    void every_property_has_a_default_unless_nothing_is_one() throws Exception {
        assertThat(properties())
                .filteredOn(property -> !property.containsKey("defaultValue"))
                .extracting(property -> property.get("name"))
                .containsExactlyInAnyOrder(
                        "eventsource.ground.accept",
                        "eventsource.packages",
                        "eventsource.outbox.transport",
                        "eventsource.outbox.source",
                        "eventsource.outbox.destinations",
                        "eventsource.outbox.kafka",
                        "eventsource.pool.session.application-name",
                        "eventsource.ssl.bundle",
                        "eventsource.subscriptions.defaults.filter.event-types",
                        "eventsource.subscriptions.defaults.filter.aggregate-types",
                        "eventsource.subscriptions.defaults.filter.tenant",
                        "eventsource.notifications.url",
                        "eventsource.subscriptions.max-page-bytes",
                        "eventsource.subscriptions.instance.include",
                        "eventsource.subscriptions.instance.exclude",
                        "eventsource.subscriptions.instance.index",
                        "eventsource.subscriptions.instance.count",
                        "eventsource.subscriptions.named");
    }

    @Test
    void the_documentation_lists_exactly_these_properties_with_these_defaults() throws Exception {
        Map<String, String> declared = new TreeMap<>();
        for (Map<String, Object> property : properties()) {
            Object value = property.get("defaultValue");
            declared.put((String) property.get("name"), value == null ? "–" : "`" + value + "`");
        }

        assertThat(documentedDefaults()).containsExactlyEntriesOf(declared);
    }
}
