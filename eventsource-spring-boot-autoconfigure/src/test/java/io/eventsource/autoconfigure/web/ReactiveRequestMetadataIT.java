package io.eventsource.autoconfigure.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.autoconfigure.reactiveapplication.ReactiveApplication;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.context.MetadataContext;
import io.eventsource.event.EventMetadata;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What reaches events over real HTTP in a reactive application, behind Spring Security. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReactiveRequestMetadataIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private ConfigurableApplicationContext application;

    private ConfigurableApplicationContext start(String... properties) {
        return new SpringApplicationBuilder(ReactiveApplication.class)
                .web(WebApplicationType.REACTIVE)
                .run(Stream.of(
                                Arrays.stream(database.properties()),
                                Stream.of(
                                        "server.port=0",
                                        "spring.flyway.enabled=false",
                                        "spring.liquibase.enabled=false",
                                        "spring.security.user.name=ann",
                                        "spring.security.user.password=password",
                                        "spring.main.banner-mode=off"),
                                Arrays.stream(properties))
                        .flatMap(each -> each)
                        .map(property -> "--" + property)
                        .toArray(String[]::new));
    }

    @BeforeAll
    void start_the_application() {
        application = start("eventsource.metadata.correlation-header=X-Request-Id");
    }

    @AfterAll
    void stop_the_application() {
        application.close();
        database.close();
    }

    private HttpResponse<String> post(String path, String tenant, String correlation)
            throws IOException, InterruptedException {
        String credentials = Base64.getEncoder().encodeToString("ann:password".getBytes(StandardCharsets.UTF_8));
        URI uri = URI.create(
                "http://127.0.0.1:%s%s".formatted(application.getEnvironment().getProperty("local.server.port"), path));
        return client.send(
                HttpRequest.newBuilder(uri)
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .header("Authorization", "Basic " + credentials)
                        .header("X-Tenant", tenant)
                        .header("X-Request-Id", correlation)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct", "scheduled", "delayed"})
    void an_event_has_tenant_actor_and_correlation_of_its_request(String way) throws IOException, InterruptedException {
        HttpResponse<String> response = post("/" + way, "acme", "request-" + way);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("X-Request-Id")).hasValue("request-" + way);
        Map<String, Object> metadata = database.jdbc()
                .queryForMap(
                        "SELECT tenant_id, actor_id, correlation_id FROM eventsource.events WHERE aggregate_id = ?",
                        UUID.fromString(response.body().replace("\"", "")));
        assertThat(metadata)
                .containsEntry("tenant_id", "acme")
                .containsEntry("actor_id", "ann")
                .containsEntry("correlation_id", "request-" + way);
    }

    @Test
    void a_tenant_that_no_event_can_keep_is_refused() throws IOException, InterruptedException {
        assertThat(post("/direct", "x".repeat(201), "long").statusCode()).isEqualTo(400);
    }

    @Test
    void a_correlation_that_no_event_can_keep_is_replaced() throws IOException, InterruptedException {
        assertThat(post("/direct", "acme", "<script>").headers().firstValue("X-Request-Id"))
                .hasValueSatisfying(given -> assertThat(UUID.fromString(given)).isNotNull());
    }

    @Test
    void no_request_leaves_its_metadata_on_a_thread() throws IOException, InterruptedException {
        post("/scheduled", "acme", "left");

        assertThat(Mono.fromCallable(MetadataContext::current)
                        .subscribeOn(Schedulers.boundedElastic())
                        .block())
                .isEqualTo(EventMetadata.none());
    }

    @Test
    void an_application_whose_reactor_does_not_propagate_is_refused() {
        assertThatThrownBy(() -> start("spring.reactor.context-propagation=limited"))
                .rootCause()
                .hasMessageContainingAll(
                        "spring.reactor.context-propagation is limited", "eventsource.metadata.enabled");
    }
}
