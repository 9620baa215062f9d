package io.eventsource.autoconfigure.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.autoconfigure.webapplication.WebApplication;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application adds an area to the endpoint by a bean. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnAreaIT {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final TestDatabase database = TestDatabase.create();
    private ConfigurableApplicationContext application;

    /** Tills that can be closed. */
    static final class TillArea implements EndpointArea {

        private final Map<String, String> closedBy = new TreeMap<>();

        @Override
        public String name() {
            return "tills";
        }

        @Override
        public Object list(EndpointPage page) {
            return Map.of("tills", Map.of("one", page.size()));
        }

        @Override
        public Object find(String id, EndpointPage page) {
            if (!id.equals("one")) {
                throw EndpointProblem.unknown("till", id, Map.of("one", 1).keySet());
            }
            return Map.of("closedBy", closedBy.getOrDefault(id, "nobody"));
        }

        @Override
        public Object act(@Nullable String id, String action, EndpointOrder order) {
            closedBy.put(String.valueOf(id), order.requireOperator());
            return Map.of("done", action);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Tills {

        @Bean
        TillArea tills() {
            return new TillArea();
        }
    }

    @BeforeAll
    void startTheApplication() {
        application = new SpringApplicationBuilder(WebApplication.class, Tills.class)
                .web(WebApplicationType.SERVLET)
                .run(Stream.concat(
                                Stream.of(database.properties()),
                                Stream.of(
                                        "server.port=0",
                                        "spring.flyway.enabled=false",
                                        "spring.liquibase.enabled=false",
                                        "spring.jpa.open-in-view=false",
                                        "spring.main.banner-mode=off",
                                        "management.endpoint.eventsource.access=unrestricted",
                                        "management.endpoints.web.exposure.include=eventsource"))
                        .map(property -> "--" + property)
                        .toArray(String[]::new));
    }

    @AfterAll
    void stopTheApplication() {
        application.close();
        database.close();
    }

    private HttpResponse<String> ask(String path, @Nullable String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%s/actuator/eventsource%s"
                        .formatted(application.getEnvironment().getProperty("local.server.port"), path)))
                .header("Content-Type", "application/json");
        return CLIENT.send(
                body == null
                        ? request.build()
                        : request.POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void a_bean_adds_an_area_beside_those_of_the_library() throws Exception {
        assertThat(JsonPath.<Iterable<String>>read(ask("", null).body(), "$.areas"))
                .contains("tills", "streams", "log");
        assertThat(JsonPath.<Integer>read(ask("/tills?size=7", null).body(), "$.tills.one"))
                .isEqualTo(7);
    }

    @Test
    void its_problems_are_answered_with_their_status() throws Exception {
        assertThat(ask("/tills/two", null).statusCode()).isEqualTo(404);
        assertThat(ask("/tills/one/close", "{}").statusCode()).isEqualTo(400);
    }

    @Test
    void it_acts_and_knows_who_wanted_that() throws Exception {
        assertThat(ask("/tills/one/close", "{\"operator\": \"ann\"}").statusCode())
                .isEqualTo(200);

        assertThat(JsonPath.<String>read(ask("/tills/one", null).body(), "$.closedBy"))
                .isEqualTo("ann");
    }
}
