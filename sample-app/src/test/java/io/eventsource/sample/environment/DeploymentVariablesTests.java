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
                "eventsource.pool.instances",
                "eventsource.subscriptions.instance.index",
                "eventsource.subscriptions.instance.count",
                "spring.data.redis.url",
                "management.tracing.export.enabled",
                "management.opentelemetry.tracing.export.otlp.endpoint",
                "management.opentelemetry.tracing.export.otlp.transport",
                "management.opentelemetry.resource-attributes[service.version]",
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
        void is_found_by_its_url(String url) {
            assertThat(properties(Map.of("DATABASE_URL", url)))
                    .containsEntry("spring.datasource.url", "jdbc:postgresql://db.example.com:6432/shop")
                    .containsEntry("spring.datasource.username", "app")
                    .containsEntry("spring.datasource.password", "s@cret++");
        }

        @Test
        void has_a_default_port() {
            assertThat(properties(Map.of("DATABASE_URL", "postgresql://db/shop")))
                    .containsEntry("spring.datasource.url", "jdbc:postgresql://db:5432/shop")
                    .doesNotContainKeys("spring.datasource.username", "spring.datasource.password");
        }

        @Test
        void is_found_by_its_parts() {
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
        void has_defaults_for_its_parts() {
            assertThat(properties(Map.of("DB_PASSWORD", "secret")))
                    .containsEntry("spring.datasource.url", "jdbc:postgresql://localhost:5432/eventsource")
                    .containsEntry("spring.datasource.username", "postgres");
        }

        @Test
        void is_not_configured_without_variables() {
            assertThat(properties(Map.of("DATABASE_URL", ""))).doesNotContainKey("spring.datasource.url");
        }

        @Test
        void is_reached_with_the_ssl_settings() {
            assertThat(properties(Map.of(
                            "DATABASE_URL", "postgresql://db/shop?ssl=require&application_name=my%20shop",
                            "DATABASE_SSL_MODE", "verify-full",
                            "DATABASE_SSL_CA", "/etc/ssl/ca.pem")))
                    .containsEntry(
                            "spring.datasource.url",
                            "jdbc:postgresql://db:5432/shop?ApplicationName=my%20shop&sslmode=verify-full&sslrootcert=%2Fetc%2Fssl%2Fca.pem");
        }

        @Test
        void is_the_one_of_springs_own_properties_with_nothing_mixed_in() {
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
        void is_refused_under_a_wrong_url_without_showing_it(String url) {
            InvalidVariableException failure = refused(Map.of("DATABASE_URL", url));

            assertThat(failure).hasMessageContaining("DATABASE_URL");
            assertThat(failure.variable()).isEqualTo("DATABASE_URL");
            assertThat(failure.toString().replace("parameter 'secret'", "")).doesNotContain("secret");
        }

        @Test
        void is_never_described_with_its_password() {
            assertThat(DatabaseAddress.parse("DATABASE_URL", "postgresql://app:secret@db/shop"))
                    .asString()
                    .doesNotContain("secret");
        }
    }

    @ParameterizedTest
    @CsvSource({"DATABASE_POOL_SIZE,DATABASE_MAX_OVERFLOW", "DB_POOL_SIZE,DB_MAX_OVERFLOW"})
    void pool_size_is_kept_and_overflow_comes_on_top(String size, String overflow) {
        assertThat(properties(Map.of(size, "5", overflow, "7")))
                .containsEntry("spring.datasource.hikari.minimum-idle", "5")
                .containsEntry("spring.datasource.hikari.maximum-pool-size", "12");
    }

    @Test
    void pool_times_are_seconds() {
        assertThat(properties(Map.of("DATABASE_POOL_TIMEOUT", "2.5", "DATABASE_POOL_RECYCLE", "1800")))
                .containsEntry("spring.datasource.hikari.connection-timeout", "2500")
                .containsEntry("spring.datasource.hikari.max-lifetime", "1800000");
    }

    @Test
    void connections_may_live_for_ever() {
        assertThat(properties(Map.of("DATABASE_POOL_RECYCLE", "-1")))
                .containsEntry("spring.datasource.hikari.max-lifetime", "0");
    }

    @Test
    void the_service_is_named_and_stops_in_time() {
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
    void springs_own_properties_win() {
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
    void a_wrong_value_is_refused_with_the_name_of_its_variable(String variable, String value) {
        assertThat(refused(Map.of(variable, value)))
                .hasMessageContaining(variable)
                .hasMessageContaining(value);
    }

    @Test
    void a_wrong_ssl_mode_is_refused() {
        assertThat(refused(Map.of("DB_HOST", "db", "DATABASE_SSL_MODE", "strict")))
                .hasMessageContaining("DATABASE_SSL_MODE")
                .hasMessageContaining("verify-full");
    }

    @Test
    void the_analysis_says_what_to_do() {
        InvalidVariableException failure = refused(Map.of("DB_PORT", "http"));

        assertThat(new InvalidVariableFailureAnalyzer()
                        .analyze(failure, failure)
                        .getAction())
                .contains("DB_PORT");
    }

    @Nested
    class Instances {

        @Test
        void share_the_connections_of_the_server() {
            assertThat(properties(Map.of("INSTANCE_COUNT", "4", "MAX_DB_CONNECTIONS", "200")))
                    .containsEntry("spring.datasource.hikari.minimum-idle", "15")
                    .containsEntry("spring.datasource.hikari.maximum-pool-size", "45")
                    .containsEntry("eventsource.pool.instances", "4");
        }

        @Test
        void take_no_part_where_the_pool_has_a_size() {
            assertThat(properties(Map.of("INSTANCE_COUNT", "4", "DB_POOL_SIZE", "5", "DB_MAX_OVERFLOW", "1")))
                    .containsEntry("spring.datasource.hikari.maximum-pool-size", "6");
        }

        @Test
        void are_refused_where_there_are_more_than_connections() {
            assertThat(refused(Map.of("INSTANCE_COUNT", "50", "MAX_DB_CONNECTIONS", "100")))
                    .hasMessageContainingAll("MAX_DB_CONNECTIONS", "50 instances");
        }

        @Test
        void have_a_part_of_the_subscriptions_by_number() {
            assertThat(properties(Map.of("PARTITION_ID", "2", "NUM_PARTITIONS", "3")))
                    .containsEntry("eventsource.subscriptions.instance.index", "2")
                    .containsEntry("eventsource.subscriptions.instance.count", "3");
            assertThat(refused(Map.of("PARTITION_ID", "3", "NUM_PARTITIONS", "3")))
                    .hasMessageContainingAll("PARTITION_ID", "from 0 to 2");
        }
    }

    @Nested
    class Redis {

        @Test
        void is_where_the_url_says() {
            assertThat(properties(Map.of("REDIS_URL", "redis://redis:6379/0", "REDIS_MAX_CONNECTIONS", "10")))
                    .containsEntry("spring.data.redis.url", "redis://redis:6379/0");
        }

        @Test
        void is_refused_without_quoting_the_url() {
            assertThat(refused(Map.of("REDIS_URL", "http://:secret@redis")))
                    .hasMessageContaining("REDIS_URL")
                    .hasMessageNotContaining("secret");
            assertThat(refused(Map.of("REDIS_MAX_CONNECTIONS", "many"))).hasMessageContaining("REDIS_MAX_CONNECTIONS");
        }
    }

    @Nested
    class Tracing {

        private static final String ENDPOINT = "management.opentelemetry.tracing.export.otlp.endpoint";
        private static final String TRANSPORT = "management.opentelemetry.tracing.export.otlp.transport";

        @ParameterizedTest
        @CsvSource({
            "OTLP_ENDPOINT, localhost:4317, http://localhost:4317, grpc",
            "OTLP_ENDPOINT, http://jaeger:4317, http://jaeger:4317, grpc",
            "OTLP_ENDPOINT, http://jaeger:4318, http://jaeger:4318/v1/traces, http",
            "OTLP_ENDPOINT, https://collector/own/path, https://collector/own/path, http"
        })
        void goes_to_the_collector(String variable, String value, String endpoint, String transport) {
            assertThat(properties(Map.of(variable, value)))
                    .containsEntry(ENDPOINT, endpoint)
                    .containsEntry(TRANSPORT, transport);
        }

        @Test
        void goes_where_the_variable_of_opentelemetry_says() {
            assertThat(properties(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://jaeger:4317")))
                    .hasEntrySatisfying(
                            ENDPOINT, endpoint -> assertThat(endpoint).startsWith("http://jaeger:4317"))
                    .containsEntry(TRANSPORT, "grpc");
        }

        @Test
        void names_the_version_of_the_service() {
            assertThat(properties(Map.of("SERVICE_VERSION", "1.2.3")))
                    .containsEntry("management.opentelemetry.resource-attributes[service.version]", "1.2.3");
        }

        @ParameterizedTest
        @CsvSource({"true, true", "1, true", "FALSE, false", "off, false"})
        void is_switched_on_and_off(String value, String enabled) {
            assertThat(properties(Map.of("ENABLE_TRACING", value)))
                    .containsEntry("management.tracing.export.enabled", enabled);
        }

        @Test
        void is_refused_where_it_is_neither() {
            assertThat(refused(Map.of("ENABLE_TRACING", "maybe"))).hasMessageContainingAll("ENABLE_TRACING", "maybe");
            assertThat(refused(Map.of("OTLP_ENDPOINT", "ftp://there"))).hasMessageContaining("OTLP_ENDPOINT");
        }
    }
}
