package io.eventsource.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The compose file as its comments say to use it, checked by {@code docker-compose config}. Fails where that is missing. */
class ComposeFileServerTools {

    private static String config(int expected, boolean password, String... profile) throws Exception {
        List<String> command = new ArrayList<>(List.of("docker-compose", "-f", "../docker-compose.yml"));
        command.addAll(List.of(profile));
        command.add("config");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("DB_PASSWORD");
        if (password) {
            builder.environment().put("DB_PASSWORD", "secret");
        }
        Process compose = builder.start();
        String said = new String(compose.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(compose.waitFor()).as(said).isEqualTo(expected);
        return said;
    }

    @Test
    void it_is_complete_without_a_broker() throws Exception {
        assertThat(config(0, true)).contains("app:", "postgres:").doesNotContain("kafka:9092:");
    }

    @ParameterizedTest
    @CsvSource({"kafka", "redis"})
    void it_is_complete_with_a_broker(String broker) throws Exception {
        assertThat(config(0, true, "--profile", broker)).contains("notifications", broker);
    }

    @Test
    void it_asks_for_a_password() throws Exception {
        assertThat(config(1, false)).contains("set a password for the database");
    }
}
