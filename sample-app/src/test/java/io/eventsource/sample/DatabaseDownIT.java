package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.embedded.EmbeddedPostgresServer;
import io.eventsource.embedded.EmbeddedPostgresSettings;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** The service on a server of its own, that goes away and comes back; connected by {@code DATABASE_URL}. */
class DatabaseDownIT {

    private static final String ORDER = "{\"customerId\":\"ada\"}";

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    private EmbeddedPostgresServer startDatabase(int port) {
        return EmbeddedPostgresServer.start(new EmbeddedPostgresSettings(
                folder.resolve("postgres"),
                port,
                "shop",
                Duration.ofSeconds(30),
                false,
                EmbeddedPostgresSettings.sharedBinariesDirectory()));
    }

    private static ConfigurableApplicationContext startService(EmbeddedPostgresServer database) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                                Map.of(
                                        "DATABASE_URL",
                                        "postgresql+asyncpg://%s:%s@127.0.0.1:%d/shop"
                                                .formatted(
                                                        database.username(),
                                                        URLEncoder.encode(database.password(), StandardCharsets.UTF_8),
                                                        database.port()),
                                        "DATABASE_POOL_SIZE",
                                        "3",
                                        "DATABASE_MAX_OVERFLOW",
                                        "4",
                                        "DATABASE_POOL_TIMEOUT",
                                        "1")));
        return new SpringApplicationBuilder(SampleApplication.class)
                .environment(environment)
                .run("--server.port=0");
    }

    @Test
    void theServiceAnswers503UntilTheDatabaseIsBack() throws Exception {
        EmbeddedPostgresServer database = startDatabase(0);
        int databasePort = database.port();
        try (ConfigurableApplicationContext service = startService(database)) {
            assertThat(service.getBean(HikariDataSource.class).getMaximumPoolSize())
                    .isEqualTo(7);
            String url = "http://localhost:" + service.getEnvironment().getRequiredProperty("local.server.port");
            assertThat(order(url).statusCode()).isEqualTo(201);

            database.close();

            HttpResponse<String> refused = order(url);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(refused.body()).contains("Database out of reach").doesNotContain("jdbc", "127.0.0.1");
            assertThat(get(url + "/orders/" + UUID.randomUUID()).statusCode()).isEqualTo(503);
            assertThat(get(url + "/customer-totals").statusCode()).isEqualTo(503);
            assertThat(get(url + "/readiness").statusCode()).isEqualTo(503);
            assertThat(get(url + "/liveness").statusCode()).isEqualTo(200);

            database = startDatabase(databasePort);

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(order(url).statusCode()).isEqualTo(201));
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(get(url + "/readiness").statusCode()).isEqualTo(200);
                assertThat(get(url + "/customer-totals/ada").body()).contains("\"orders\":2");
            });
        } finally {
            database.close();
        }
    }

    private HttpResponse<String> order(String url) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(url + "/orders"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(ORDER))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String url) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
