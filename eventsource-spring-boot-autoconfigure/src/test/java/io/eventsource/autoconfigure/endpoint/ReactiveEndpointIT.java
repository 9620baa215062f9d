package io.eventsource.autoconfigure.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.autoconfigure.reactiveapplication.ReactiveApplication;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.projection.EventHandlers;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** The endpoint where Spring WebFlux serves it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReactiveEndpointIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    // both at a time: whichever is closed first takes Netty's threads from the other
    private ConfigurableApplicationContext open;
    private ConfigurableApplicationContext readOnly;

    private ConfigurableApplicationContext start(String access) {
        return new SpringApplicationBuilder(ReactiveApplication.class)
                .web(WebApplicationType.REACTIVE)
                .initializers(context -> ((GenericApplicationContext) context)
                        .registerBean("deposits", EventHandlers.class, () -> new Handlers("deposits", event -> {})))
                .run(Stream.concat(
                                Stream.of(database.properties()),
                                Stream.of(
                                        "server.port=0",
                                        "spring.flyway.enabled=false",
                                        "spring.liquibase.enabled=false",
                                        "spring.security.user.name=ann",
                                        "spring.security.user.password=password",
                                        "spring.main.banner-mode=off",
                                        "management.endpoints.web.exposure.include=eventsource,health",
                                        "management.endpoint.eventsource.access=" + access))
                        .map(property -> "--" + property)
                        .toArray(String[]::new));
    }

    @BeforeAll
    void start_them() {
        open = start("unrestricted");
        readOnly = start("read-only");
    }

    @AfterAll
    void stop_them() {
        open.close();
        readOnly.close();
        database.close();
    }

    private HttpResponse<String> ask(
            ConfigurableApplicationContext application, String method, String path, @Nullable String body)
            throws IOException, InterruptedException {
        String credentials = Base64.getEncoder().encodeToString("ann:password".getBytes(StandardCharsets.UTF_8));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%s/actuator/%s"
                        .formatted(application.getEnvironment().getProperty("local.server.port"), path)))
                .header("Authorization", "Basic " + credentials);
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        return client.send(
                request.method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void a_body_is_optional() throws Exception {
        Awaitility.await().untilAsserted(() -> assertThat(ask(open, "GET", "eventsource/subscriptions/deposits", null)
                        .body())
                .contains("LIVE"));

        HttpResponse<String> rebuild = ask(open, "POST", "eventsource/subscriptions/deposits/rebuild", null);
        assertThat(rebuild.statusCode()).as(rebuild.body()).isLessThan(500).isNotEqualTo(415);
        for (String operation : List.of("subscriptions/deposits/pause", "subscriptions/deposits/resume")) {
            HttpResponse<String> answer = ask(open, "POST", "eventsource/" + operation, null);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
        HttpResponse<String> replay = ask(open, "POST", "eventsource/dead-letters/replay", null);
        assertThat(replay.statusCode()).as(replay.body()).isEqualTo(200);
    }

    @Test
    void an_order_is_read_from_the_body() throws Exception {
        HttpResponse<String> pause = ask(
                open,
                "POST",
                "eventsource/subscriptions/deposits/pause",
                "{\"operator\": \"ada\", \"reason\": \"tests\"}");
        assertThat(pause.statusCode()).as(pause.body()).isEqualTo(200);
        assertThat(ask(open, "GET", "eventsource/subscriptions/deposits", null).body())
                .contains("ada");
        HttpResponse<String> resume =
                ask(open, "POST", "eventsource/subscriptions/deposits/resume", "{\"operator\": \"ada\"}");
        assertThat(resume.statusCode()).as(resume.body()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eventsource/streams/00000000-0000-0000-0000-000000000001?after=-2",
                "eventsource/dead-letters?after=9223372036854775808",
                "eventsource/dead-letters?size=x"
            })
    void values_that_nobody_can_mean_are_refused(String path) throws Exception {
        HttpResponse<String> answer = ask(open, "GET", path, null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("\"detail\"");
    }

    @Test
    void a_body_that_is_no_order_is_refused() throws Exception {
        for (String body : List.of("[1]", "{", "{\"operator\": []}")) {
            assertThat(ask(open, "POST", "eventsource/subscriptions/deposits/pause", body)
                            .statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void readiness_has_the_components_that_it_has_elsewhere() throws Exception {
        HttpResponse<String> answer = ask(open, "GET", "health/readiness", null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("UP");
    }

    @Test
    void who_acts_where_access_is_read_only_is_told_which_property_opens_it() throws Exception {
        HttpResponse<String> answer = ask(readOnly, "POST", "eventsource/subscriptions/deposits/pause", null);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("management.endpoint.eventsource.access=unrestricted");
        assertThat(ask(readOnly, "POST", "eventsource/dead-letters/replay", "{}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(ask(readOnly, "GET", "eventsource/subscriptions", null).statusCode())
                .isEqualTo(200);
    }
}
