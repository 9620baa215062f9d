package io.eventsource.autoconfigure.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.PathNotFoundException;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.RecordingTransport;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.autoconfigure.webapplication.WebApplication;
import io.eventsource.event.OperatorNote;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** Every operation of the endpoint, with every parameter, with every value that a client should not send: over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EndpointInputIT {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final List<String> AREAS = List.of("subscriptions", "dead-letters", "outbox", "streams", "log");
    private static final List<String> QUERY = List.of("status", "projection", "after", "size");
    private static final List<String> BODY = List.of("operator", "reason", "projection", "limit");

    private static final List<String> WORDS = List.of(
            "",
            " ",
            ",",
            "\u0000",
            "a\u0000b",
            "-1",
            "-2",
            "0",
            "1.5",
            "x",
            "\uD83D\uDE00",
            "-9223372036854775808",
            "9223372036854775807",
            "9223372036854775808",
            "2147483648",
            "x".repeat(3_000));

    /** As they stand in a JSON object. */
    private static final List<String> JSON = List.of(
            "null",
            "\"\"",
            "\" \"",
            "\"\\u2003\"",
            "\"\\u0000\"",
            "\"a\\u0000b\"",
            "\"\\ud800\"",
            "\"" + "x".repeat(20_000) + "\"",
            "-1",
            "0",
            "1.5",
            "9e99",
            "2147483648",
            "9223372036854775808",
            "true",
            "[]",
            "{}",
            "[\"a\"]");

    /** How often somebody has paused or resumed something. */
    private static final String SAID = "SELECT coalesce(sum(changes), 0) FROM eventsource.subscription_controls";

    private final TestDatabase database = TestDatabase.create();
    private ConfigurableApplicationContext application;
    private UUID account;

    private record Answer(String request, int status, String body) {}

    @BeforeAll
    void start() {
        application = new SpringApplicationBuilder(WebApplication.class)
                .web(WebApplicationType.SERVLET)
                .initializers(context -> ((GenericApplicationContext) context)
                        .registerBean("own", MessageTransport.class, RecordingTransport::new))
                .initializers(context -> ((GenericApplicationContext) context)
                        .registerBean(
                                "deposits",
                                EventHandlers.class,
                                () -> new Handlers("deposits", event -> {
                                    throw new IllegalStateException("told to fail");
                                })))
                .run(Stream.concat(
                                Stream.of(database.properties()),
                                Stream.of(
                                        "server.port=0",
                                        "spring.flyway.enabled=false",
                                        "spring.liquibase.enabled=false",
                                        "spring.jpa.open-in-view=false",
                                        "spring.main.banner-mode=off",
                                        "spring.application.name=bank",
                                        "eventsource.subscriptions.defaults.retry.max-retries=0",
                                        "eventsource.subscriptions.defaults.circuit-breaker.same-cause-threshold=0",
                                        "eventsource.dead-letters.replay.interval=1h",
                                        "eventsource.outbox.transport=own",
                                        "eventsource.outbox.destinations.accounts.events=deposited",
                                        "management.endpoint.eventsource.access=unrestricted",
                                        "management.endpoints.web.exposure.include=eventsource"))
                        .map(property -> "--" + property)
                        .toArray(String[]::new));
        account = UUID.randomUUID();
        application.getBean(EventStore.class).append(StreamAppend.to("Account", account, new Deposited(1)));
    }

    @AfterAll
    void stop() {
        application.close();
        database.close();
    }

    private Answer ask(String path, HttpRequest.@Nullable BodyPublisher body, @Nullable String contentType)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%s/actuator/eventsource/%s"
                .formatted(application.getEnvironment().getProperty("local.server.port"), path)));
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        HttpResponse<String> response = CLIENT.send(
                body == null ? request.build() : request.POST(body).build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(
                (body == null ? "GET " : "POST ") + path.substring(0, Math.min(path.length(), 100)),
                response.statusCode(),
                response.body());
    }

    private Answer get(String path) throws IOException, InterruptedException {
        return ask(path, null, null);
    }

    private Answer post(String path, String body) throws IOException, InterruptedException {
        return ask(path, HttpRequest.BodyPublishers.ofString(body), "application/json");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private Map<String, String> known() {
        Map<String, String> known = new LinkedHashMap<>();
        known.put("subscriptions", "deposits");
        known.put("dead-letters", "1");
        known.put("outbox", "accounts");
        known.put("streams", account.toString());
        known.put("log", "1-1");
        return known;
    }

    /** Neither a failure of the server, nor a refusal without a reason. */
    private static @Nullable String fault(Answer answer, String sent) {
        boolean refusedWithReason = answer.status() >= 400 && answer.status() < 500 && reason(answer) != null;
        // the web server refuses some paths itself, before anybody else sees them
        boolean refusedByServer = answer.status() == 400 && answer.body().startsWith("<!doctype html>");
        return answer.status() == 200 || refusedWithReason || refusedByServer
                ? null
                : "%s with %s: %d %s".formatted(answer.request(), sent, answer.status(), answer.body());
    }

    private static @Nullable String reason(Answer answer) {
        for (String path : List.of("$.detail", "$.error")) {
            try {
                return JsonPath.read(answer.body(), path);
            } catch (PathNotFoundException absent) {
                // the other one
            }
        }
        return null;
    }

    private static String shown(String value) {
        return value.length() > 30 ? value.substring(0, 30) + "…" : value;
    }

    private static void add(List<String> faults, @Nullable String fault) {
        if (fault != null) {
            faults.add(fault);
        }
    }

    @Test
    void no_value_of_a_path_or_a_query_is_answered_with_500() throws Exception {
        List<String> faults = new ArrayList<>();
        for (String area : AREAS) {
            String one = area + "/" + known().get(area);
            for (String word : WORDS) {
                for (String parameter : QUERY) {
                    String query = "?%s=%s".formatted(parameter, encoded(word));
                    add(faults, fault(get(area + query), shown(query)));
                    add(faults, fault(get(one + query), shown(query)));
                }
                if (!word.isBlank()) {
                    add(faults, fault(get(area + "/" + encoded(word)), shown(word)));
                    add(faults, fault(post(area + "/" + encoded(word) + "/retry", "{}"), shown(word)));
                    add(faults, fault(post(one + "/" + encoded(word), "{}"), shown(word)));
                    add(faults, fault(get(encoded(word)), shown(word)));
                }
            }
        }

        assertThat(faults).isEmpty();
    }

    private List<String> operations() {
        return List.of(
                "subscriptions/deposits/pause",
                "subscriptions/deposits/resume",
                "subscriptions/deposits/rebuild",
                "subscriptions/deposits/rebuild-repeating-effects",
                "subscriptions/rebuild",
                "dead-letters/1/retry",
                "dead-letters/1/replay",
                "dead-letters/1/resolve",
                "dead-letters/1/discard",
                "dead-letters/replay",
                "outbox/accounts/retry",
                "outbox/1/retry",
                "outbox/1/discard",
                "streams/%s/nothing".formatted(account),
                "log/1-1/terminate");
    }

    @Test
    void no_value_of_a_body_is_answered_with_500() throws Exception {
        List<String> faults = new ArrayList<>();
        for (String operation : operations()) {
            for (String parameter : BODY) {
                for (String value : JSON) {
                    for (String rest : List.of("", ",\"operator\":\"ada\",\"reason\":\"a test\"")) {
                        String body =
                                "{\"%s\":%s%s}".formatted(parameter, value, rest.replace("\"" + parameter, "\"_"));
                        add(faults, fault(post(operation, body), shown(body)));
                    }
                }
            }
            for (String body : List.of("", " ", "{}", "null", "[]", "7", "{", "x", "\u0000")) {
                add(faults, fault(post(operation, body), "body " + body));
            }
        }

        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            streams/{account}?after=-2                  | after must be a whole number from 0
            streams/{account}?after=9223372036854775807 | after must be 0 to 1, the version of the stream
            dead-letters?after=-1                       | after must be a whole number from 0
            dead-letters?size=1001                      | size must be a whole number from 1 to 1000
            outbox/accounts?size=many                   | size must be a whole number from 1 to 1000, but it is 'many'
            """)
    void a_number_out_of_bounds_is_refused_with_its_bounds(String path, String reason) throws Exception {
        Answer answer = get(path.replace("{account}", account.toString()));

        assertThat(answer.status()).as("%s", answer).isEqualTo(400);
        assertThat(reason(answer)).contains(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            {"operator":" ","reason":"a test"}        | The operator is blank
            {"operator":"a\\u0000b","reason":"a test"} | The operator holds U+0000
            {"operator":"ada","reason":" "}           | The reason is blank
            {"operator":"ada","reason":"\\ud800"}      | The reason holds U+0000 or an unpaired surrogate
            """)
    void what_cannot_be_recorded_is_refused_by_every_operation(String body, String reason) throws Exception {
        long before = database.count(SAID);
        for (String operation : operations()) {
            Answer answer = post(operation, body);
            assertThat(answer.status()).as("%s", answer).isEqualTo(400);
            assertThat(reason(answer)).contains(reason);
        }
        assertThat(database.count(SAID)).isEqualTo(before);
    }

    @Test
    void a_parameter_that_is_given_twice_is_refused_or_passed_over() throws Exception {
        List<String> faults = new ArrayList<>();
        for (String area : AREAS) {
            for (String parameter : QUERY) {
                String query = "/%s?%s=1&%s=7".formatted(known().get(area), parameter, parameter);
                add(faults, fault(get(area + query), query));
            }
        }

        assertThat(faults).isEmpty();
    }

    @Test
    void operator_and_reason_are_bounded() throws Exception {
        String large = "{\"operator\":\"ada\",\"reason\":\"%s\"}".formatted("x".repeat(2_000_000));
        assertThat(reason(post("subscriptions/deposits/pause", large))).contains("2000000 characters; at most 2000");
        for (String operation : operations()) {
            Answer operator =
                    post(operation, "{\"operator\":\"%s\"}".formatted("x".repeat(OperatorNote.MAX_OPERATOR + 1)));
            assertThat(operator.status()).isEqualTo(400);
            assertThat(reason(operator)).contains("201 characters; at most 200");
            Answer why = post(
                    operation,
                    "{\"operator\":\"ada\",\"reason\":\"%s\"}".formatted("x".repeat(OperatorNote.MAX_REASON + 1)));
            assertThat(why.status()).isEqualTo(400);
            assertThat(reason(why)).contains("2001 characters; at most 2000");
        }
    }

    @Test
    void a_body_is_optional() throws Exception {
        for (String operation : operations()) {
            Answer without = ask(operation, HttpRequest.BodyPublishers.noBody(), null);
            assertThat(without.status()).as("%s", without).isNotEqualTo(415).isLessThan(500);
        }
        assertThat(ask("subscriptions/rebuild", HttpRequest.BodyPublishers.noBody(), null)
                        .status())
                .isEqualTo(200);
        // a form is not read as an order without conditions
        assertThat(ask(
                                "dead-letters/replay",
                                HttpRequest.BodyPublishers.ofString("projection=nobody"),
                                "application/x-www-form-urlencoded")
                        .status())
                .isEqualTo(415);
        assertThat(ask("dead-letters/replay?projection=nobody", HttpRequest.BodyPublishers.noBody(), null)
                        .status())
                .isEqualTo(404);
    }
}
