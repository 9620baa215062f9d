package io.eventsource.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import io.eventsource.autoconfigure.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;

/** The SQL and the YAML of all documents: statements run, and properties exist. */
class DocumentedBlocksIT {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(sql|yaml)\\n(.*?)^```");

    private static final Pattern STATEMENT_END = Pattern.compile(";\\s*(?:\\n|$)");

    /** Parts of names that are the user's: of a subscription, a destination, a feed, an aggregate. */
    private static final Set<String> OF_MAPS = Set.of(
            "eventsource.outbox.destinations.",
            "eventsource.subscriptions.named.",
            "eventsource.inbox.feeds.",
            "eventsource.snapshots.aggregates.",
            "eventsource.errors.sql-states.");

    private record Block(Path document, String language, String text) {}

    private static List<Block> blocks(String language) {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file ->
                            Stream.of("/target/", "/node_modules/", "/.").noneMatch(file.toString()::contains))
                    .flatMap(file -> BLOCK.matcher(read(file)).results().map(found -> block(file, found)))
                    .filter(block -> block.language().equals(language))
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Block block(Path file, MatchResult found) {
        return new Block(ROOT.relativize(file), found.group(1), found.group(2));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void every_statement_runs() {
        List<Block> blocks = blocks("sql");
        assertThat(blocks).hasSizeGreaterThan(8);
        try (TestDatabase database = TestDatabase.migrated()) {
            JdbcTemplate jdbc = database.jdbc();
            for (Block block : blocks) {
                for (String statement :
                        STATEMENT_END.splitAsStream(block.text()).toList()) {
                    // what stands for a list that the reader has, and for a role of the reader's
                    String complete = statement
                            .replace("(…)", "('{1}')")
                            .replace("ALTER ROLE app ", "ALTER ROLE " + role(jdbc) + " ");
                    if (!complete.isBlank()) {
                        jdbc.execute(complete);
                    }
                }
            }
        }
    }

    private static String role(JdbcTemplate jdbc) {
        jdbc.execute("DO $$ BEGIN CREATE ROLE documented; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
        return "documented";
    }

    @Test
    void every_property_exists() throws IOException {
        Set<String> known = known();
        List<String> unknown = new ArrayList<>();
        for (Block block : blocks("yaml")) {
            for (String name : properties(block)) {
                if (name.startsWith("eventsource.") && !isKnown(name, known)) {
                    unknown.add("%s: %s".formatted(block.document(), name));
                }
            }
        }

        assertThat(unknown).isEmpty();
    }

    private static Collection<String> properties(Block block) {
        YamlPropertiesFactoryBean yaml = new YamlPropertiesFactoryBean();
        yaml.setResources(new ByteArrayResource(block.text().getBytes(StandardCharsets.UTF_8)));
        return Objects.requireNonNull(yaml.getObject()).stringPropertyNames();
    }

    private static boolean isKnown(String name, Set<String> known) {
        return known.contains(name.replaceAll("\\[\\d+].*$", ""))
                || OF_MAPS.stream().anyMatch(name::startsWith);
    }

    private static Set<String> known() throws IOException {
        Set<String> names = new TreeSet<>();
        for (String file : List.of(
                "META-INF/spring-configuration-metadata.json",
                "META-INF/additional-spring-configuration-metadata.json")) {
            String json = new ClassPathResource(file).getContentAsString(StandardCharsets.UTF_8);
            names.addAll(JsonPath.<List<String>>read(json, "$.properties[*].name"));
        }
        return names;
    }

    @Test
    void the_probes_ask_for_paths_that_there_are() {
        Map<String, String> paths = new TreeMap<>();
        for (Block block : blocks("yaml")) {
            properties(block).stream()
                    .filter(name -> name.endsWith("Probe.httpGet.path"))
                    .forEach(name -> paths.put(name, block.text()));
        }

        assertThat(paths).hasSize(2).allSatisfy((name, text) -> assertThat(text)
                .contains("/actuator/health/" + name.substring(0, name.indexOf("Probe"))));
    }
}
