package io.eventsource.autoconfigure.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.RecordingTransport;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.autoconfigure.webapplication.WebApplication;
import io.eventsource.event.EventMetadata;
import io.eventsource.log.PageBytes;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** What Actuator serves of the library, over HTTP: the endpoint and the probes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManagementIT {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final TestDatabase database = TestDatabase.create();
    private final RecordingTransport transport = new RecordingTransport();
    private final AtomicBoolean failing = new AtomicBoolean();
    private final AtomicInteger handled = new AtomicInteger();
    private boolean sharedStarted;
    private ConfigurableApplicationContext application;

    private record Answer(int status, String body) {

        @Nullable Object at(String path) {
            return JsonPath.read(body, path);
        }

        String text(String path) {
            return String.valueOf(at(path));
        }

        int number(String path) {
            return Integer.parseInt(text(path));
        }

        List<Object> list(String path) {
            return JsonPath.read(body, path);
        }

        Map<String, Object> map(String path) {
            return JsonPath.read(body, path);
        }
    }

    private ConfigurableApplicationContext start(String... properties) {
        Stream<String> always = Stream.of(
                "server.port=0",
                "spring.flyway.enabled=false",
                "spring.liquibase.enabled=false",
                "spring.jpa.open-in-view=false",
                "spring.main.banner-mode=off",
                "eventsource.subscriptions.defaults.retry.max-retries=0",
                "eventsource.dead-letters.replay.interval=1h",
                "spring.application.name=bank",
                "eventsource.outbox.transport=own",
                "eventsource.outbox.destinations.accounts.events=deposited",
                "management.endpoints.web.exposure.include=health,eventsource");
        return new SpringApplicationBuilder(WebApplication.class)
                .web(WebApplicationType.SERVLET)
                .initializers(context -> ((GenericApplicationContext) context)
                        .registerBean("own", MessageTransport.class, this::transportOfAnApplication))
                .initializers(context -> ((GenericApplicationContext) context)
                        .registerBean(
                                "deposits",
                                EventHandlers.class,
                                () -> new Handlers("deposits", event -> {
                                    if (failing.get()) {
                                        throw new IllegalStateException("told to fail at secret");
                                    }
                                    handled.incrementAndGet();
                                })))
                .run(Stream.of(Arrays.stream(database.properties()), always, Arrays.stream(properties))
                        .flatMap(each -> each)
                        .map(property -> "--" + property)
                        .toArray(String[]::new));
    }

    /** An application closes its transports when it stops: only the one that all tests share has the one of this class. */
    private MessageTransport transportOfAnApplication() {
        return sharedStarted ? new RecordingTransport() : transport;
    }

    @BeforeAll
    void startTheApplication() {
        application = start(
                "management.endpoint.eventsource.access=unrestricted",
                "management.endpoint.health.show-details=always");
        sharedStarted = true;
    }

    @AfterAll
    void stopTheApplication() {
        application.close();
        database.close();
    }

    private static Answer ask(ConfigurableApplicationContext of, String path, @Nullable String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%s/actuator/%s"
                        .formatted(of.getEnvironment().getProperty("local.server.port"), path)))
                .header("Content-Type", "application/json");
        HttpResponse<String> response = CLIENT.send(
                body == null
                        ? request.build()
                        : request.POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    private Answer get(String path) throws IOException, InterruptedException {
        return ask(application, path, null);
    }

    private Answer post(String path, String body) throws IOException, InterruptedException {
        return ask(application, "eventsource/" + path, body);
    }

    private UUID append(int events) {
        UUID account = UUID.randomUUID();
        for (int i = 0; i < events; i++) {
            application
                    .getBean(EventStore.class)
                    .append(StreamAppend.to("Account", account, new Deposited(471_147_114_711_471L)));
        }
        return account;
    }

    private void awaitState(String state) {
        await().untilAsserted(() -> assertThat(
                        get("eventsource/subscriptions/deposits").text("$.state"))
                .isEqualTo(state));
    }

    @Nested
    class Endpoint {

        @Test
        void names_its_areas_and_what_is_unknown_is_not_found_naming_the_known() throws Exception {
            assertThat(get("eventsource").list("$.areas"))
                    .containsExactly("dead-letters", "log", "outbox", "streams", "subscriptions");
            for (String path : List.of("nothing", "nothing/at-all")) {
                Answer answer = get("eventsource/" + path);
                assertThat(answer.status()).isEqualTo(404);
                assertThat(answer.text("$.detail")).contains("'nothing'", "subscriptions", "dead-letters");
            }
            Answer unknown = get("eventsource/subscriptions/nobody");
            assertThat(unknown.status()).isEqualTo(404);
            assertThat(unknown.text("$.detail")).contains("'nobody'", "deposits");
            assertThat(post("subscriptions/nobody/pause", "{}").status()).isEqualTo(404);
            assertThat(post("subscriptions/deposits/explode", "{}").text("$.detail"))
                    .contains("explode", "pause, resume, rebuild");
            assertThat(get("eventsource/dead-letters?projection=nobody").text("$.detail"))
                    .contains("'nobody'", "deposits");
            assertThat(get("eventsource/dead-letters/999999").status()).isEqualTo(404);
            assertThat(get("eventsource/dead-letters/x").status()).isEqualTo(404);
            assertThat(get("eventsource/streams/x").status()).isEqualTo(404);
            assertThat(get("eventsource/streams/" + UUID.randomUUID()).status()).isEqualTo(404);
            assertThat(get("eventsource/dead-letters?size=0").status()).isEqualTo(400);
            assertThat(get("eventsource/dead-letters?status=odd").text("$.detail"))
                    .contains("'odd'", "waiting");
        }

        @Test
        void pauses_and_resumes_a_subscription() throws Exception {
            append(1);
            awaitState("LIVE");

            Answer paused = post("subscriptions/deposits/pause", "{\"operator\":\"ada\",\"reason\":\"new index\"}");

            assertThat(paused.status()).isEqualTo(200);
            assertThat(paused.text("$.pause.by")).isEqualTo("ada");
            assertThat(paused.text("$.pause.reason")).isEqualTo("new index");
            awaitState("PAUSED");
            Answer again = post("subscriptions/deposits/pause", "{\"operator\":\"bob\",\"reason\":\"me too\"}");
            assertThat(again.status()).isEqualTo(409);
            assertThat(again.text("$.detail")).contains("paused already, by ada since", "new index");
            int before = handled.get();
            append(1);
            await().untilAsserted(() -> assertThat(
                            get("eventsource/subscriptions/deposits").number("$.lagEvents"))
                    .isOne());
            assertThat(handled).hasValue(before);
            assertThat(get("health/subscriptions/deposits").text("$.status")).isEqualTo("DEGRADED");

            assertThat(post("subscriptions/deposits/resume", "{}").at("$.pause"))
                    .isNull();
            awaitState("LIVE");
            await().untilAsserted(() -> assertThat(handled).hasValue(before + 1));
        }

        @Test
        void what_a_subscription_refuses_is_a_conflict_with_its_reason() throws Exception {
            append(1);
            awaitState("LIVE");

            Answer refused = post("subscriptions/deposits/rebuild", "{}");

            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.text("$.detail")).contains("deposits");
            assertThat(post("subscriptions/rebuild", "{}").list("$.rebuilding")).isEmpty();
        }

        @Test
        void pages_replays_resolves_and_discards_dead_letters() throws Exception {
            failing.set(true);
            UUID account = append(3);
            await().untilAsserted(() ->
                    assertThat(get("eventsource/dead-letters").number("$.open")).isEqualTo(3));

            Answer first = get("eventsource/dead-letters?projection=deposits&size=2");
            assertThat(first.list("$.entries[*].status")).containsExactly("failed", "waiting");
            assertThat(first.list("$.entries[*].aggregateId")).containsOnly(account.toString());
            Answer second = get("eventsource/dead-letters?size=2&after=" + first.number("$.next"));
            assertThat(second.list("$.entries[*].id")).hasSize(1);
            assertThat(second.at("$.next")).isNull();
            int id = first.number("$.entries[0].id");
            Answer one = get("eventsource/dead-letters/" + id);
            assertThat(one.text("$.error")).isEqualTo(IllegalStateException.class.getName());
            assertThat(one.body()).doesNotContain("471147114711471", "secret");

            assertThat(post("dead-letters/" + id + "/replay", "{}").number("$.failed"))
                    .isOne();
            failing.set(false);
            assertThat(post("dead-letters/" + id + "/discard", "{}").status()).isEqualTo(400);
            Answer discarded = post("dead-letters/" + id + "/discard", "{\"operator\":\"ada\",\"reason\":\"a test\"}");
            assertThat(discarded.text("$.resolvedBy")).isEqualTo("ada");
            assertThat(post("dead-letters/" + id + "/discard", "{\"operator\":\"ada\",\"reason\":\"again\"}")
                            .status())
                    .isEqualTo(409);
            Answer replayed = post("dead-letters/replay", "{\"projection\":\"deposits\",\"limit\":10}");
            assertThat(replayed.number("$.resolved")).isEqualTo(2);
            assertThat(get("eventsource/dead-letters").number("$.open")).isZero();
            assertThat(get("eventsource/dead-letters?status=resolved,discarded").list("$.entries[*].status"))
                    .contains("discarded", "resolved");
        }

        @Test
        void shows_destinations_and_what_could_not_be_sent_and_acts_on_it() throws Exception {
            transport.refusing = message -> true;
            append(1);
            append(1);
            await().untilAsserted(
                            () -> assertThat(get("eventsource/outbox/accounts").number("$.failed"))
                                    .isEqualTo(2));
            transport.refusing = message -> false;

            assertThat(get("eventsource/outbox").list("$.destinations[*].name")).containsExactly("accounts");
            Answer entries = get("eventsource/outbox/accounts");
            assertThat(entries.body()).doesNotContain("471147114711471");
            int id = entries.number("$.entries[0].id");
            assertThat(post("outbox/" + id + "/discard", "{}").status()).isEqualTo(400);
            String why = "{\"operator\":\"ada\",\"reason\":\"a test\"}";
            assertThat(post("outbox/" + id + "/discard", why).status()).isEqualTo(200);
            assertThat(post("outbox/" + id + "/discard", why).status()).isEqualTo(409);
            assertThat(post("outbox/accounts/retry", "{}").number("$.retried")).isOne();
            Answer unknown = post("outbox/nowhere/retry", "{}");
            assertThat(unknown.status()).isEqualTo(404);
            assertThat(unknown.text("$.detail")).contains("'nowhere'", "accounts");
            assertThat(post("outbox/accounts/discard", why).status()).isEqualTo(404);
            // left to the instance that publishes, which looks once an hour here
            assertThat(get("eventsource/outbox/accounts").list("$.entries[*].status"))
                    .containsExactly("retrying");
            int marked = get("eventsource/outbox/accounts").number("$.entries[0].id");
            assertThat(post("outbox/" + marked + "/discard", why).status()).isEqualTo(200);
        }

        @Test
        void shows_the_history_of_an_aggregate_page_by_page_without_payloads() throws Exception {
            UUID account = append(3);

            Answer first = get("eventsource/streams/" + account + "?size=2");

            assertThat(first.number("$.version")).isEqualTo(3);
            assertThat(first.list("$.events[*].version")).containsExactly(1, 2);
            assertThat(first.list("$.events[*].eventType")).containsOnly("deposited");
            assertThat(first.body()).doesNotContain("471147114711471");
            Answer second = get("eventsource/streams/" + account + "?size=2&after=" + first.number("$.next"));
            assertThat(second.list("$.events[*].version")).containsExactly(3);
            assertThat(second.at("$.next")).isNull();
        }

        @Test
        void shows_no_more_of_a_history_at_once_than_fits_into_a_page() throws Exception {
            UUID account = UUID.randomUUID();
            String baggage = "x".repeat((int) PageBytes.byHeap() / 3);
            for (int i = 0; i < 5; i++) {
                application
                        .getBean(EventStore.class)
                        .append(StreamAppend.to("Account", account, new Deposited(1))
                                .withMetadata(EventMetadata.none().withHeader("baggage", baggage)));
            }

            Answer first = get("eventsource/streams/" + account);

            assertThat(first.list("$.events[*].version")).containsExactly(1, 2);
            Answer second = get("eventsource/streams/" + account + "?after=" + first.number("$.next"));
            assertThat(second.list("$.events[*].version")).containsExactly(3, 4);
            Answer third = get("eventsource/streams/" + account + "?after=" + second.number("$.next"));
            assertThat(third.list("$.events[*].version")).containsExactly(5);
            assertThat(third.at("$.next")).isNull();
        }

        @Test
        void shows_the_high_water_mark_and_who_holds_it() throws Exception {
            append(1);
            try (Connection hung = database.connect()) {
                hung.setAutoCommit(false);
                TestDatabase.insertOneEvent(hung.createStatement());
                append(1);

                await().untilAsserted(() ->
                        assertThat(get("eventsource/log").at("$.gapSince")).isNotNull());
                Answer log = get("eventsource/log");
                assertThat(log.list("$.writers[*].pid")).hasSize(1);
                assertThat(log.number("$.visibleEnd")).isEqualTo(log.number("$.highWaterMark") + 2);
                hung.rollback();
            }
            await().untilAsserted(() ->
                    assertThat(get("eventsource/log").at("$.gapSince")).isNull());
        }

        @Test
        void terminates_a_transaction_that_holds_the_high_water_mark_and_records_who_and_why() throws Exception {
            append(1);
            String why = "{\"operator\":\"ada\",\"reason\":\"the import hangs\"}";
            try (Connection hung = database.connect()) {
                hung.setAutoCommit(false);
                TestDatabase.insertOneEvent(hung.createStatement());
                append(1);
                await().untilAsserted(() ->
                        assertThat(get("eventsource/log").at("$.gapSince")).isNotNull());
                String id = get("eventsource/log").text("$.writers[0].id");
                assertThat(get("eventsource/log/" + id).text("$.pid")).isNotEqualTo("null");
                assertThat(post("log/" + id + "/terminate", "{}").text("$.detail"))
                        .contains("'operator'");
                assertThat(post("log/terminate", why).status()).isEqualTo(404);

                Answer done = post("log/" + id + "/terminate", why);

                assertThat(done.status()).as(done.body()).isEqualTo(200);
                assertThat(done.text("$.outcome")).isEqualTo("ended");
                assertThat(done.text("$.transaction.id")).isEqualTo(id);
                Answer again = post("log/" + id + "/terminate", why);
                assertThat(again.status()).isEqualTo(404);
                assertThat(again.text("$.detail")).contains("open transaction", id);
            }
            await().untilAsserted(() ->
                    assertThat(get("eventsource/log").at("$.gapSince")).isNull());
            assertThat(database.jdbc()
                            .queryForList(
                                    "SELECT operator || ': ' || reason || ', ' || outcome FROM eventsource.terminated_transactions",
                                    String.class))
                    .containsExactly("ada: the import hangs, ended");
        }
    }

    @Nested
    class Probes {

        @Test
        void without_configuration_they_have_database_and_threads_and_no_dead_letters() throws Exception {
            Answer readiness = get("health/readiness");
            assertThat(readiness.status()).isEqualTo(200);
            assertThat(readiness.map("$.components")).containsOnlyKeys("eventsource", "readinessState");
            assertThat(readiness.text("$.components.eventsource.details.reason"))
                    .contains("the database answers");
            assertThat(get("health/liveness").map("$.components"))
                    .containsOnlyKeys("eventsourceThreads", "livenessState");

            database.jdbc().execute("ALTER TABLE eventsource.snapshots RENAME TO hidden");
            try {
                assertThat(get("health/readiness").status()).isEqualTo(503);
                assertThat(get("health/liveness").status()).isEqualTo(200);
            } finally {
                database.jdbc().execute("ALTER TABLE eventsource.hidden RENAME TO snapshots");
            }
            assertThat(get("health/readiness").status()).isEqualTo(200);
        }

        @Test
        void every_subscription_is_reachable_by_its_name() throws Exception {
            assertThat(get("health/subscriptions/deposits").status()).isEqualTo(200);
            assertThat(get("health/subscriptions/nobody").status()).isEqualTo(404);
        }
    }

    @Test
    void an_application_keeps_its_own_groups_and_can_only_look_unless_it_asks_for_more() throws Exception {
        UUID account = append(1);
        try (ConfigurableApplicationContext other = start(
                "management.endpoint.health.group.readiness.include=readinessState",
                "management.endpoint.health.show-components=always",
                "eventsource.endpoint.show-payloads=true")) {
            assertThat(ask(other, "health/readiness", null).map("$.components")).containsOnlyKeys("readinessState");
            assertThat(ask(other, "health/liveness", null).map("$.components"))
                    .containsOnlyKeys("eventsourceThreads", "livenessState");
            assertThat(ask(other, "eventsource/streams/" + account, null).body())
                    .contains("471147114711471");

            for (String operation : List.of("subscriptions/deposits/pause", "dead-letters/replay")) {
                Answer refused = ask(other, "eventsource/" + operation, "{}");
                assertThat(refused.status()).isEqualTo(403);
                assertThat(refused.text("$.detail"))
                        .contains("read-only", "management.endpoint.eventsource.access=unrestricted");
            }
            assertThat(get("eventsource/subscriptions/deposits").at("$.pause")).isNull();
        }
    }
}
