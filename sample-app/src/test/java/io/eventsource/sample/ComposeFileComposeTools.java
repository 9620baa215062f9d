package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Has docker-compose itself read the file, as each documented command would. Runs in the profile compose, and fails without it. */
class ComposeFileComposeTools {

    private static final String BROKERS = "COMPOSE_PROFILES";

    /** What docker-compose makes of the file, or says against it. */
    private record Answer(int exit, String text) {

        static Answer with(Map<String, String> variables) throws IOException, InterruptedException {
            ProcessBuilder compose = new ProcessBuilder("docker-compose", "config")
                    .directory(Path.of("..").toFile())
                    .redirectErrorStream(true);
            compose.environment().keySet().removeIf(name -> name.equals(BROKERS) || name.startsWith("DB_"));
            compose.environment().putAll(variables);
            Process process = compose.start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Answer(process.waitFor(), text);
        }
    }

    @Test
    void docker_compose_understands_each_documented_command() throws IOException, InterruptedException {
        assertThat(ComposeCommands.variables()).isNotEmpty();
        for (Map<String, String> variables : ComposeCommands.variables()) {
            Answer answer = Answer.with(variables);

            assertThat(answer.exit()).as(answer.text()).isZero();
            assertThat(answer.text())
                    .contains(
                            "app:",
                            "postgres:",
                            "SPRING_PROFILES_ACTIVE: " + variables.getOrDefault(BROKERS, "default"));
        }
    }

    @Test
    void it_asks_for_a_password() throws IOException, InterruptedException {
        Answer answer = Answer.with(Map.of());

        assertThat(answer.exit()).isEqualTo(1);
        assertThat(answer.text()).contains("set a password for the database");
    }
}
