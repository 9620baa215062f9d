package io.eventsource.embedded;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedPostgresSettingsTests {

    private static void settings(String folder, int port, String database, Duration timeout) {
        new EmbeddedPostgresSettings(Path.of(folder), port, database, timeout, true, Path.of("binaries"));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65536})
    void port_out_of_range_is_refused(int port) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings("data", port, "app", Duration.ofSeconds(1)))
                .withMessageContaining("port")
                .withMessageContaining(String.valueOf(port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1st", "App", "a-b", "a\"; DROP DATABASE b; --"})
    void database_that_needs_escaping_is_refused(String database) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings("data", 0, database, Duration.ofSeconds(1)))
                .withMessageContaining("database");
    }

    @ParameterizedTest
    @ValueSource(strings = {"$(touch x)", "a`b`", "a\"b", "a\\b"})
    void folder_with_a_meaning_for_the_shell_is_refused(String folder) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings(folder, 0, "app", Duration.ofSeconds(1)))
                .withMessageContaining("data-directory");
    }

    @Test
    void timeout_must_be_positive() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings("data", 0, "app", Duration.ZERO))
                .withMessageContaining("startup-timeout");
    }
}
