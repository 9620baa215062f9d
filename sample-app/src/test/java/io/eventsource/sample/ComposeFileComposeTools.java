package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Has docker-compose itself read the file, as each documented command would. Runs in the profile compose. */
class ComposeFileComposeTools {

    @Test
    void docker_compose_understands_each_documented_command() throws IOException, InterruptedException {
        assertThat(ComposeCommands.variables()).isNotEmpty();
        for (Map<String, String> variables : ComposeCommands.variables()) {
            String profile = variables.getOrDefault("COMPOSE_PROFILES", "default");
            ProcessBuilder compose = new ProcessBuilder("docker-compose", "config")
                    .directory(Path.of("..").toFile())
                    .redirectErrorStream(true);
            compose.environment().putAll(variables);
            Process process = compose.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(process.waitFor()).as(output).isZero();
            assertThat(output).contains("SPRING_PROFILES_ACTIVE: " + profile);
        }
    }
}
