package io.eventsource.sample.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class DeploymentVariablesTests {

    @Configuration(proxyBeanMethods = false)
    static class Nothing {}

    /** Starts an application that does nothing with these environment variables. */
    private static Map<String, @Nullable String> properties(Map<String, String> variables, String... arguments) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, Map.copyOf(variables)));
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Nothing.class)
                .web(WebApplicationType.NONE)
                .environment(environment)
                .logStartupInfo(false)
                .run(arguments)) {
            Map<String, @Nullable String> properties = new HashMap<>();
            for (String name : new String[] {
                "spring.datasource.url",
                "spring.datasource.username",
                "spring.datasource.password",
                "spring.datasource.hikari.minimum-idle",
                "spring.datasource.hikari.maximum-pool-size",
                "spring.datasource.hikari.connection-timeout",
                "spring.datasource.hikari.max-lifetime",
                "spring.lifecycle.timeout-per-shutdown-phase",
                "eventsource.shutdown.timeout",
                "eventsource.shutdown.drain-timeout",
                "spring.application.name",
                "logging.level.root"
            }) {
                String value = context.getEnvironment().getProperty(name);
                if (value != null) {
                    properties.put(name, value);
                }
            }
            return properties;
        }
    }

    private static InvalidVariableException refused(Map<String, String> variables) {
        InvalidVariableException[] caught = new InvalidVariableException[1];
        assertThatExceptionOfType(InvalidVariableException.class)
                .isThrownBy(() -> properties(variables))
                .satisfies(failure -> caught[0] = failure);
        return caught[0];
    }

    @Nested
    class Database {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "postgresql://app:s%40cret%2B+@db.example.com:6432/shop",
                    "postgresql+asyncpg://app:s%40cret%2B+@db.example.com:6432/shop",
                    "postgres://app:s%40cret%2B+@db.example.com:6432/shop"
                })
        void isFoundByItsUrl(String url) {
            assertThat(properties(Map.of("DATABASE_URL", url)))
                    .containsEntry("spring.datasource.url", "jdbc:postgresql://db.example.com:6432/shop")
                    .containsEntry("spring.datasource.username", "app")
                    .containsEntry("spring.datasource.password", "s@cret++");
        }

        @Test
        void hasADefaultPort() {
            assertThat(properties(Map.of("DATABASE_URL", "postgresql://db/shop")))
                    .containsEntry("spring.datasource.url", "jdbc:postgresql://db:5432/shop")
                    .doesNotContainKeys("spring.datasource.username", "spring.datasource.password");
        }

        @Test
        void isFoundByItsParts() {
            assertThat(properties(Map.of(
                            "DB_HOST",
                            "db",
                            "DB_PORT",
                            "6432",
                            "DB_NAME",
                            "shop",
                            "DB_USER",
                            "app",
                            "DB_PASSWORD",
                            "p:/@")))
                    .containsEntry("spring.datasource.url", "jdbc:postgresql://db:6432/shop")
                    .containsEntry("spring.datasource.username", "app")
                    .containsEntry("spring.datasource.password", "p:/@");
        }

        @Test
        void hasDefaultsForItsParts() {
            assertThat(properties(Map.of("DB_PASSWORD", "secret")))
                    .containsEntry("spring.datasource.url", "jdbc:postgresql://localhost:5432/eventsource")
                    .containsEntry("spring.datasource.username", "postgres");
        }

        @Test
        void isNotConfiguredWithoutVariables() {
            assertThat(properties(Map.of("DATABASE_URL", ""))).doesNotContainKey("spring.datasource.url");
        }

        @Test
        void isReachedWithTheSslSettings() {
            assertThat(properties(Map.of(
                            "DATABASE_URL", "postgresql://db/shop?ssl=require&application_name=my%20shop",
                            "DATABASE_SSL_MODE", "verify-full",
                            "DATABASE_SSL_CA", "/etc/ssl/ca.pem")))
                    .containsEntry(
                            "spring.datasource.url",
                            "jdbc:postgresql://db:5432/shop?ApplicationName=my%20shop&sslmode=verify-full&sslrootcert=%2Fetc%2Fssl%2Fca.pem");
        }

        @Test
        void isTheOneOfSpringsOwnPropertiesWithNothingMixedIn() {
            assertThat(properties(
                            Map.of("DATABASE_URL", "postgresql://app:secret@db/shop"),
                            "--spring.datasource.url=jdbc:postgresql://other/shop"))
                    .containsEntry("spring.datasource.url", "jdbc:postgresql://other/shop")
                    .doesNotContainKeys("spring.datasource.username", "spring.datasource.password");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "mysql://app:secret@db/shop",
                    "postgresql://app:secret@db",
                    "postgresql://app:secret@db/",
                    "postgresql://app:secret@db:port/shop",
                    "postgresql://app:secret^@db/shop",
                    "postgresql://app:secret@db/shop?secret=1",
                    "app:secret@db/shop"
                })
        void isRefusedUnderAWrongUrlWithoutShowingIt(String url) {
            InvalidVariableException failure = refused(Map.of("DATABASE_URL", url));

            assertThat(failure).hasMessageContaining("DATABASE_URL");
            assertThat(failure.variable()).isEqualTo("DATABASE_URL");
            assertThat(failure.toString().replace("parameter 'secret'", "")).doesNotContain("secret");
        }

        @Test
        void isNeverDescribedWithItsPassword() {
            assertThat(DatabaseAddress.parse("DATABASE_URL", "postgresql://app:secret@db/shop"))
                    .asString()
                    .doesNotContain("secret");
        }
    }

    @ParameterizedTest
    @CsvSource({"DATABASE_POOL_SIZE,DATABASE_MAX_OVERFLOW", "DB_POOL_SIZE,DB_MAX_OVERFLOW"})
    void poolSizeIsKeptAndOverflowComesOnTop(String size, String overflow) {
        assertThat(properties(Map.of(size, "5", overflow, "7")))
                .containsEntry("spring.datasource.hikari.minimum-idle", "5")
                .containsEntry("spring.datasource.hikari.maximum-pool-size", "12");
    }

    @Test
    void poolTimesAreSeconds() {
        assertThat(properties(Map.of("DATABASE_POOL_TIMEOUT", "2.5", "DATABASE_POOL_RECYCLE", "1800")))
                .containsEntry("spring.datasource.hikari.connection-timeout", "2500")
                .containsEntry("spring.datasource.hikari.max-lifetime", "1800000");
    }

    @Test
    void connectionsMayLiveForEver() {
        assertThat(properties(Map.of("DATABASE_POOL_RECYCLE", "-1")))
                .containsEntry("spring.datasource.hikari.max-lifetime", "0");
    }

    @Test
    void theServiceIsNamedAndStopsInTime() {
        assertThat(properties(Map.of(
                        "SERVICE_NAME",
                        "shop",
                        "SHUTDOWN_TIMEOUT",
                        "45",
                        "DRAIN_TIMEOUT",
                        "2.5",
                        "LOG_LEVEL",
                        "warning")))
                .containsEntry("spring.application.name", "shop")
                .containsEntry("spring.lifecycle.timeout-per-shutdown-phase", "PT45S")
                .containsEntry("eventsource.shutdown.timeout", "PT45S")
                .containsEntry("eventsource.shutdown.drain-timeout", "PT2.5S")
                .containsEntry("logging.level.root", "WARN");
    }

    @Test
    void springsOwnPropertiesWin() {
        assertThat(properties(
                        Map.of(
                                "DATABASE_POOL_SIZE", "5",
                                "DRAIN_TIMEOUT", "1",
                                "SPRING_DATASOURCE_HIKARI_MAXIMUMPOOLSIZE", "3"),
                        "--eventsource.shutdown.drain-timeout=7s"))
                .containsEntry("spring.datasource.hikari.maximum-pool-size", "3")
                .containsEntry("spring.datasource.hikari.minimum-idle", "5")
                .containsEntry("eventsource.shutdown.drain-timeout", "7s");
    }

    @ParameterizedTest
    @CsvSource({
        "DB_PORT,http",
        "DB_PORT,70000",
        "DB_HOST,db/shop",
        "DATABASE_POOL_SIZE,many",
        "DATABASE_POOL_SIZE,0",
        "DB_MAX_OVERFLOW,-1",
        "DATABASE_POOL_TIMEOUT,30s",
        "DATABASE_POOL_TIMEOUT,0.1",
        "DATABASE_POOL_RECYCLE,5",
        "SHUTDOWN_TIMEOUT,-1",
        "DRAIN_TIMEOUT,1e9",
        "LOG_LEVEL,LOUD"
    })
    void aWrongValueIsRefusedWithTheNameOfItsVariable(String variable, String value) {
        assertThat(refused(Map.of(variable, value)))
                .hasMessageContaining(variable)
                .hasMessageContaining(value);
    }

    @Test
    void aWrongSslModeIsRefused() {
        assertThat(refused(Map.of("DB_HOST", "db", "DATABASE_SSL_MODE", "strict")))
                .hasMessageContaining("DATABASE_SSL_MODE")
                .hasMessageContaining("verify-full");
    }

    @Test
    void theAnalysisSaysWhatToDo() {
        InvalidVariableException failure = refused(Map.of("DB_PORT", "http"));

        assertThat(new InvalidVariableFailureAnalyzer()
                        .analyze(failure, failure)
                        .getAction())
                .contains("DB_PORT");
    }
}
