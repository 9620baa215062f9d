package io.eventsource.autoconfigure.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.autoconfigure.webapplication.WebApplication;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** What reaches events over real HTTP, behind Spring Security, on few threads. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestMetadataIT {

    private static final int REQUESTS = 10_000;
    private static final String CORRELATION = "X-Request-Chain";

    private final TestDatabase database = TestDatabase.create();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private ConfigurableApplicationContext application;

    @BeforeAll
    void startTheApplication() {
        application = new SpringApplicationBuilder(WebApplication.class)
                .web(WebApplicationType.SERVLET)
                .run(Stream.concat(
                                Arrays.stream(database.properties()),
                                Stream.of(
                                        "server.port=0",
                                        "eventsource.metadata.correlation-header=" + CORRELATION,
                                        "server.tomcat.threads.max=3",
                                        "server.tomcat.threads.min-spare=3",
                                        "spring.task.execution.pool.core-size=2",
                                        "spring.flyway.enabled=false",
                                        "spring.liquibase.enabled=false",
                                        "spring.jpa.open-in-view=false",
                                        "spring.main.banner-mode=off",
                                        "logging.level.org.apache.catalina.core.ContainerBase=off"))
                        .map(property -> "--" + property)
                        .toArray(String[]::new));
    }

    @AfterAll
    void stopTheApplication() {
        application.close();
        database.close();
    }

    @AfterEach
    void noRequestLeftItsMetadataOnItsThread() {
        assertThat(application.getBean(WebApplication.LeftBehind.class).count()).hasValue(0);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:%s%s"
                .formatted(application.getEnvironment().getProperty("local.server.port"), path)));
    }

    private HttpRequest.Builder post(String path) {
        return request(path).POST(HttpRequest.BodyPublishers.noBody());
    }

    private static HttpRequest.Builder as(HttpRequest.Builder request, String tenant, String actor) {
        String credentials = Base64.getEncoder().encodeToString((actor + ":password").getBytes(StandardCharsets.UTF_8));
        return request.header("X-Tenant", tenant).header("Authorization", "Basic " + credentials);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private static UUID account(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return UUID.fromString(response.body().replace("\"", ""));
    }

    private Map<String, Object> metadata(UUID account) {
        return database.jdbc()
                .queryForMap(
                        "SELECT tenant_id, actor_id, correlation_id, causation_id FROM eventsource.events WHERE aggregate_id = ?",
                        account);
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct", "async", "callable"})
    void an_event_has_tenant_actor_and_correlation_of_its_request(String way) {
        HttpResponse<String> response =
                send(as(post("/" + way + "?amount=1"), "acme", "ann").header(CORRELATION, "request-42"));

        assertThat(metadata(account(response)))
                .containsEntry("tenant_id", "acme")
                .containsEntry("actor_id", "ann")
                .containsEntry("correlation_id", "request-42")
                .containsEntry("causation_id", null);
        assertThat(response.headers().allValues(CORRELATION)).containsExactly("request-42");
    }

    @Test
    void a_request_without_correlation_gets_one_and_is_told_it() {
        HttpResponse<String> response = send(post("/direct?amount=1"));

        String correlation = response.headers().firstValue(CORRELATION).orElseThrow();
        assertThat(UUID.fromString(correlation)).isNotNull();
        assertThat(metadata(account(response)))
                .containsEntry("correlation_id", correlation)
                .containsEntry("tenant_id", null)
                .containsEntry("actor_id", null);
    }

    @Test
    void a_request_that_fails_is_told_its_correlation_and_leaves_nothing() {
        for (int i = 0; i < 20; i++) {
            HttpResponse<String> response =
                    send(as(post("/broken"), "acme", "ann").header(CORRELATION, "broken-" + i));
            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(response.headers().firstValue(CORRELATION)).contains("broken-" + i);
            assertThat(metadata(account(send(post("/async?amount=1"))))).containsEntry("actor_id", null);
        }
    }

    @Test
    void a_tenant_that_cannot_be_kept_is_a_bad_request() {
        HttpResponse<String> response = send(post("/direct?amount=1").header("X-Tenant", "a".repeat(201)));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("Bad Request");
    }

    @Test
    void another_tenants_aggregate_is_refused() {
        UUID account = account(send(as(post("/direct?amount=7"), "acme", "ann")));

        assertThat(send(as(request("/accounts/" + account), "acme", "bob")).body())
                .isEqualTo("7");
        HttpResponse<String> refused = send(as(request("/accounts/" + account), "rival", "eve"));
        assertThat(refused.statusCode()).isEqualTo(500);
        assertThat(refused.body()).doesNotContain("7,", "acme");
    }

    /** Each meets one of another tenant while it is under way; they share threads with all others. */
    @Test
    void of_many_overlapping_requests_no_event_carries_the_metadata_of_another() {
        List<CompletableFuture<Void>> callers = IntStream.range(0, 2)
                .mapToObj(caller -> CompletableFuture.runAsync(
                        () -> {
                            for (int i = caller; i < REQUESTS; i += 2) {
                                account(send(as(
                                                post("/meeting?amount=%d&elsewhere=%s".formatted(i + 1, i % 4 < 2)),
                                                "tenant-" + (i + 1),
                                                "actor-" + (i + 1))
                                        .header(CORRELATION, "request-" + (i + 1))));
                            }
                        },
                        task -> new Thread(task).start()))
                .toList();
        callers.forEach(CompletableFuture::join);

        assertThat(
                        database.count(
                                """
                        SELECT count(*) FROM eventsource.events
                         WHERE correlation_id ~ '^request-[0-9]+$' AND correlation_id = 'request-' || (payload ->> 'amount')
                           AND tenant_id = 'tenant-' || (payload ->> 'amount')
                           AND actor_id = 'actor-' || (payload ->> 'amount')"""))
                .isEqualTo(REQUESTS);
        assertThat(database.count(
                        "SELECT count(DISTINCT tenant_id) FROM eventsource.events WHERE tenant_id LIKE 'tenant-%'"))
                .isEqualTo(REQUESTS);
    }
}
