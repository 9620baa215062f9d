package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.embedded.EmbeddedPostgresServer;
import io.eventsource.embedded.EmbeddedPostgresSettings;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A tour for operators: the service in a JVM of its own on a PostgreSQL of its own, connected by {@code DATABASE_URL}. What can go
 * wrong does, one after the other; health says what it is, and that it is over. In the end the service is told to stop under load.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OperationsTourIT {

    private static final String TOTALS = "customer-totals";
    private static final String SUMMARIES = "order-summaries";
    private static final int SEGMENTS = 2 * 4;
    private static final int EXIT_BY_SIGTERM = 128 + 15;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final JsonMapper json = JsonMapper.builder().build();

    @TempDir
    private static Path folder;

    private EmbeddedPostgresServer database;
    private ServiceProcess service;
    private int port;

    private record Answer(int status, HttpResponse<String> response, JsonNode body) {

        String text(String... path) {
            JsonNode node = body;
            for (String name : path) {
                node = node.path(name);
            }
            return node.asString("");
        }
    }

    @BeforeAll
    void start() throws Exception {
        database = startDatabase(0);
        port = freePort();
        service = startService("one.log", port);
    }

    @AfterAll
    void stop() throws InterruptedException {
        if (service != null) {
            service.stop();
        }
        database.close();
    }

    private static EmbeddedPostgresServer startDatabase(int port) {
        return EmbeddedPostgresServer.start(new EmbeddedPostgresSettings(
                folder.resolve("postgres"),
                port,
                "shop",
                Duration.ofSeconds(30),
                false,
                EmbeddedPostgresSettings.sharedBinariesDirectory()));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private ServiceProcess startService(String log, int port, String... more) throws IOException, InterruptedException {
        String url = "postgresql+asyncpg://%s:%s@127.0.0.1:%d/shop"
                .formatted(
                        database.username(),
                        URLEncoder.encode(database.password(), StandardCharsets.UTF_8),
                        database.port());
        return ServiceProcess.start(
                folder.resolve(log),
                port,
                Map.of(
                        "DATABASE_URL", url,
                        "DATABASE_POOL_SIZE", "5",
                        "DATABASE_MAX_OVERFLOW", "5",
                        "DATABASE_POOL_TIMEOUT", "2"),
                Stream.concat(Stream.of(settings(port)), Stream.of(more)).toArray(String[]::new));
    }

    private static String[] settings(int port) {
        return new String[] {
            "--server.port=" + port,
            "--management.endpoints.web.exposure.include=health,eventsource,shutdown",
            "--management.endpoint.eventsource.access=unrestricted",
            "--management.endpoint.shutdown.access=unrestricted",
            "--eventsource.subscriptions.defaults.segments.count=4",
            "--eventsource.subscriptions.defaults.retry.delay=300ms",
            "--eventsource.health.log.stall-threshold=1s",
            "--eventsource.health.log.silence-threshold=2s",
            "--eventsource.health.lag.degraded=1s",
            "--eventsource.health.lag.down=3s",
            // what has failed in one step is over in the next
            "--eventsource.health.errors.quiet=1s",
            "--eventsource.health.dead-letters.degraded=1"
        };
    }

    private Answer ask(int at, String path, @Nullable String method, @Nullable String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + at + path))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json");
        request.method(
                method == null ? "GET" : method,
                body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        String text = response.body();
        return new Answer(
                response.statusCode(), response, text.isBlank() ? json.createObjectNode() : json.readTree(text));
    }

    private Answer get(String path) throws IOException, InterruptedException {
        return ask(port, path, null, null);
    }

    private Answer order(int at) throws IOException, InterruptedException {
        return ask(at, "/orders", "POST", "{\"customerId\":\"ada\"}");
    }

    private void tell(String projection, String what) throws IOException, InterruptedException {
        assertThat(ask(port, "/failures/" + projection, "PUT", what).status()).isEqualTo(200);
    }

    private void mend(String projection) throws IOException, InterruptedException {
        assertThat(ask(port, "/failures/" + projection, "DELETE", null).status())
                .isEqualTo(204);
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
    }

    private void awaitHealth(String path, int httpStatus, String status, String reason) {
        soon().untilAsserted(() -> {
            Answer health = get("/actuator/health" + path);
            assertThat(health.text("status")).as("%s", health.body()).isEqualTo(status);
            assertThat(health.status()).isEqualTo(httpStatus);
            assertThat(health.text("details", "reason")).contains(reason);
        });
    }

    private void awaitAllIsWell() {
        awaitHealth("", 200, "UP", "");
    }

    private JdbcTemplate jdbc() {
        return new JdbcTemplate(
                new DriverManagerDataSource(database.jdbcUrl(), database.username(), database.password()));
    }

    private Connection session() throws Exception {
        Connection session = new DriverManagerDataSource(database.jdbcUrl(), database.username(), database.password())
                .getConnection();
        session.setAutoCommit(false);
        return session;
    }

    @Test
    @Order(1)
    void without_postgresql_it_is_alive_and_not_ready_and_ready_by_itself_afterwards() throws Exception {
        assertThat(order(port).status()).isEqualTo(201);
        int databasePort = database.port();
        database.close();

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() ->
                        assertThat(get("/actuator/health/readiness").status()).isEqualTo(503));
        Answer refused = order(port);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.response().headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(refused.response().headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.text("title")).isEqualTo("Database out of reach");
        assertThat(refused.response().body()).doesNotContain("jdbc", "127.0.0.1");
        assertThat(get("/orders/" + UUID.randomUUID()).status()).isEqualTo(503);
        assertThat(get("/customer-totals").status()).isEqualTo(503);
        assertThat(get("/actuator/health/liveness").status()).isEqualTo(200);
        assertThat(get("/readiness").status()).isEqualTo(503);
        assertThat(get("/liveness").status()).isEqualTo(200);

        database = startDatabase(databasePort);

        soon().untilAsserted(() -> assertThat(order(port).status()).isEqualTo(201));
        soon().untilAsserted(() -> assertThat(
                        get("/customer-totals/ada").body().path("orders").asInt())
                .isEqualTo(2));
        awaitAllIsWell();
        assertThat(get("/actuator/health/readiness").status()).isEqualTo(200);
    }

    @Test
    @Order(2)
    void an_event_that_cannot_be_handled_is_named_while_it_is_tried_and_when_it_is_parked() throws Exception {
        tell(TOTALS, "{}");
        assertThat(order(port).status()).isEqualTo(201);
        awaitHealth("/subscriptions/" + TOTALS, 200, "DEGRADED", "a handler fails and is tried again");
        tell(TOTALS, "{\"permanent\":true}");
        awaitHealth("/eventsourceDeadLetters", 200, "DEGRADED", "wait in the dead-letter queue");
        assertThat(get("/actuator/health/readiness").status()).isEqualTo(200);

        mend(TOTALS);
        Answer replayed = ask(port, "/actuator/eventsource/dead-letters/replay", "POST", "{}");

        assertThat(replayed.body().path("resolved").asInt())
                .as("%s", replayed.body())
                .isOne();
        awaitAllIsWell();
    }

    @Test
    @Order(3)
    void a_handler_that_hangs_lags_and_is_named_while_the_others_are_well() throws Exception {
        tell(TOTALS, "{\"stuck\":true}");
        assertThat(order(port).status()).isEqualTo(201);

        awaitHealth("/subscriptions/" + TOTALS, 503, "DOWN", "it has been behind the log for");
        Answer health = get("/actuator/health/subscriptions/" + TOTALS);
        assertThat(health.body().path("details").path("lagEvents").asInt()).isPositive();
        assertThat(health.body().path("details").path("lagSeconds").asInt()).isGreaterThanOrEqualTo(3);
        assertThat(get("/actuator/health/subscriptions/" + SUMMARIES).text("status"))
                .isEqualTo("UP");
        Answer sum = get("/actuator/health/eventsource");
        assertThat(sum.text("status")).isEqualTo("UP");
        assertThat(sum.text("details", "subscriptions", TOTALS)).isEqualTo("DOWN");
        assertThat(get("/actuator/health").status()).isEqualTo(503);
        assertThat(get("/actuator/health/readiness").status()).isEqualTo(200);

        mend(TOTALS);
        awaitAllIsWell();
    }

    @Test
    @Order(4)
    void an_appender_that_hangs_is_named_with_its_pid() throws Exception {
        try (Connection hung = session();
                Statement statement = hung.createStatement()) {
            int pid;
            try (ResultSet found = statement.executeQuery("SELECT pg_backend_pid()")) {
                found.next();
                pid = found.getInt(1);
            }
            statement.execute(
                    """
                    INSERT INTO eventsource.events (event_id, append_id, aggregate_id, aggregate_type, version,
                        event_type, bucket, "timestamp", payload)
                    SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), aggregate_type, 1,
                        event_type, bucket, "timestamp", payload FROM eventsource.events LIMIT 1""");
            assertThat(order(port).status()).isEqualTo(201);

            awaitHealth("/eventsourceLog", 200, "DEGRADED", "an open transaction holds the high-water mark");
            JsonNode holder = get("/actuator/health/eventsourceLog")
                    .body()
                    .path("details")
                    .path("gap")
                    .path("transactions")
                    .path(0);
            assertThat(holder.path("pid").asInt()).isEqualTo(pid);
            // what is committed waits, and is lag
            awaitHealth("/subscriptions/" + TOTALS, 200, "DEGRADED", "an open transaction holds the log");
            Answer waiting = get("/actuator/health/subscriptions/" + TOTALS);
            assertThat(waiting.text("details", "reason")).contains("pid " + pid);
            assertThat(waiting.body().path("details").path("lagEvents").asInt()).isPositive();
            assertThat(get("/actuator/health/readiness").status()).isEqualTo(200);

            JsonNode writer =
                    get("/actuator/eventsource/log").body().path("writers").path(0);
            assertThat(writer.path("pid").asInt()).isEqualTo(pid);
            Answer ended = ask(
                    port,
                    "/actuator/eventsource/log/" + writer.path("id").asString() + "/terminate",
                    "POST",
                    "{\"operator\":\"ada\",\"reason\":\"the import hangs\"}");
            assertThat(ended.text("outcome")).as("%s", ended.body()).isEqualTo("ended");
        }
        awaitAllIsWell();
        assertThat(jdbc().queryForList("SELECT operator FROM eventsource.terminated_transactions", String.class))
                .containsExactly("ada");
    }

    @Test
    @Order(5)
    void an_exhausted_pool_takes_no_instance_out_and_is_named() throws Exception {
        List<CompletableFuture<HttpResponse<Void>>> readers;
        try (Connection other = session();
                Statement statement = other.createStatement()) {
            statement.execute("LOCK TABLE customer_totals");
            HttpRequest totals = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/customer-totals"))
                    .build();
            readers = IntStream.range(0, 12)
                    .mapToObj(reader -> http.sendAsync(totals, HttpResponse.BodyHandlers.discarding()))
                    .toList();

            soon().untilAsserted(() -> {
                Answer ready = get("/actuator/health/eventsource");
                assertThat(ready.text("details", "reason")).contains("all 10 connections of the pool are in use");
                assertThat(ready.text("status")).isEqualTo("DEGRADED");
                assertThat(get("/actuator/health/readiness").status()).isEqualTo(200);
            });
            other.rollback();
        }
        readers.forEach(CompletableFuture::join);
        awaitAllIsWell();
    }

    @Test
    @Order(6)
    void a_reader_of_the_high_water_mark_that_hangs_is_not_healthy_though_nothing_lags() throws Exception {
        try (Connection other = session();
                Statement statement = other.createStatement()) {
            statement.execute("LOCK TABLE eventsource.log_incarnation");

            awaitHealth("/eventsourceLog", 503, "DOWN", "nobody has looked at the high-water mark for");
            awaitHealth("/subscriptions/" + TOTALS, 503, "DOWN", "so that its lag is not known");
            assertThat(get("/actuator/health").status()).isEqualTo(503);
            assertThat(get("/actuator/health/liveness").status()).isEqualTo(200);
            other.rollback();
        }
        awaitAllIsWell();
    }

    @Test
    @Order(7)
    void sigterm_under_load_loses_no_acknowledged_order_and_another_takes_all() throws Exception {
        int otherPort = freePort();
        ServiceProcess other = startService("two.log", otherPort);
        try {
            soon().untilAsserted(() -> assertThat(owners()).hasSize(2).doesNotContain("nobody"));
            Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();
            AtomicBoolean refused = new AtomicBoolean();
            List<CompletableFuture<Void>> customers = IntStream.range(0, 4)
                    .mapToObj(customer -> CompletableFuture.runAsync(() -> orderUntilRefused(acknowledged, refused)))
                    .toList();
            await().atMost(Duration.ofSeconds(30)).until(() -> acknowledged.size() > 200);

            service.terminate();
            assertThat(service.awaitEnd()).isZero();

            await().atMost(Duration.ofSeconds(1))
                    .pollInterval(Duration.ofMillis(20))
                    .untilAsserted(() -> assertThat(owners()).hasSize(1).doesNotContain("nobody"));
            customers.forEach(CompletableFuture::join);
            assertThat(service.log())
                    .containsPattern(
                            "Stopped 2 subscriptions in \\d+ ms: (\\d+) of \\1 events in flight drained, \\d+ checkpoints saved, \\d+ segments released, 0 batches abandoned, forced: false, phase: STOPPED");
            assertThat(jdbc().queryForList("SELECT DISTINCT aggregate_id FROM eventsource.events", UUID.class))
                    .containsAll(acknowledged);
            soon().untilAsserted(
                            () -> assertThat(jdbc().queryForList("SELECT order_id FROM order_summaries", UUID.class))
                                    .containsAll(acknowledged));

            assertThat(ask(otherPort, "/actuator/shutdown", "POST", null).status())
                    .isEqualTo(200);
            assertThat(other.awaitEnd()).isZero();
            assertThat(other.log()).contains("forced: false, phase: STOPPED");
            assertThat(owners()).containsExactly("nobody");
        } finally {
            other.stop();
        }
    }

    @Test
    @Order(8)
    void who_had_to_force_something_after_sigterm_does_not_report_that_all_was_in_order() throws Exception {
        port = freePort();
        service = startService("three.log", port, "--eventsource.shutdown.drain-timeout=1s");
        tell(TOTALS, "{\"stuck\":true}");
        assertThat(order(port).status()).isEqualTo(201);
        awaitHealth("/subscriptions/" + TOTALS, 503, "DOWN", "it has been behind the log for");

        service.terminate();
        // whoever asks twice waits no shorter
        service.terminate();

        assertThat(service.awaitEnd()).isEqualTo(EXIT_BY_SIGTERM);
        assertThat(service.log()).containsOnlyOnce("forced: true, phase: STOPPED");
        assertThat(owners()).containsExactly("nobody");
    }

    private void orderUntilRefused(Set<UUID> acknowledged, AtomicBoolean refused) {
        try {
            while (!refused.get()) {
                Answer answer = order(port);
                if (answer.status() == 201) {
                    acknowledged.add(UUID.fromString(answer.text("orderId")));
                }
            }
        } catch (IOException ended) {
            refused.set(true);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whose the segments are, of instances that are running. */
    private Set<String> owners() {
        List<String> owners = jdbc().queryForList(
                        """
                SELECT coalesce(i.instance_id::text, 'nobody') FROM eventsource.projection_checkpoints AS c
                  LEFT JOIN eventsource.subscription_instances AS i ON i.instance_id = c.owner""",
                        String.class);
        assertThat(owners).hasSize(SEGMENTS);
        return Set.copyOf(owners);
    }
}
