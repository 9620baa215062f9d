package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Holds the documented commands against the Compose file, where there is no Docker. */
class ComposeFileTests {

    /** A variable with what is taken in place of it, or with the complaint that it is missing. */
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+):([-?])([^}]*)}");

    @Test
    void every_documented_command_gives_the_applications_the_profile_of_their_broker() throws IOException {
        List<Map<String, String>> commands = ComposeCommands.variables();

        assertThat(commands).hasSize((int) ComposeCommands.count()).hasSizeGreaterThan(3);
        for (Map<String, String> variables : commands) {
            String profile = variables.getOrDefault("COMPOSE_PROFILES", "default");
            assertThat(environment(variables, "app"))
                    .containsEntry("SPRING_PROFILES_ACTIVE", profile)
                    .containsEntry("DB_PASSWORD", "secret");
            assertThat(environment(variables, "notifications")).containsEntry("SPRING_PROFILES_ACTIVE", profile);
            assertThat(profile.equals("default") || Files.exists(resource(profile)))
                    .isTrue();
        }
    }

    @Test
    void a_broker_and_who_hears_of_it_start_only_with_its_profile() throws IOException {
        Map<String, Map<String, Map<String, Object>>> file = new Yaml().load(Files.readString(ComposeCommands.FILE));
        Map<String, Object> profiles = new HashMap<>();
        Objects.requireNonNull(file.get("services"))
                .forEach((service, settings) -> profiles.put(service, settings.getOrDefault("profiles", List.of())));

        assertThat(profiles)
                .containsOnly(
                        entry("app", List.of()),
                        entry("postgres", List.of()),
                        entry("kafka", List.of("kafka")),
                        entry("redis", List.of("redis")),
                        entry("notifications", List.of("kafka", "redis")),
                        entry("notifications-postgres", List.of("kafka", "redis")));
    }

    private static Path resource(String profile) {
        return Path.of("src/main/resources/application-%s.yml".formatted(profile));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> environment(Map<String, String> variables, String service) throws IOException {
        Matcher references = VARIABLE.matcher(Files.readString(ComposeCommands.FILE));
        String resolved = references.replaceAll(found -> {
            String value = variables.get(found.group(1));
            assertThat(value != null || found.group(2).equals("-"))
                    .as("%s of %s", found.group(), variables)
                    .isTrue();
            return Matcher.quoteReplacement(Objects.requireNonNullElse(value, found.group(3)));
        });
        Map<String, Map<String, Map<String, Object>>> file = new Yaml().load(resolved);
        return (Map<String, Object>) Objects.requireNonNull(Objects.requireNonNull(
                        Objects.requireNonNull(file.get("services")).get(service))
                .get("environment"));
    }
}
