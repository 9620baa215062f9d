package io.eventsource.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.MeasuredUse;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.autoconfigure.webapplication.WebApplication;
import io.eventsource.projection.EventHandlers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * A real Prometheus scrapes a running application and evaluates the rules and the dashboard's queries. Runs in the profile {@code promtool}, with
 * Prometheus on the path (Debian's package, 2.42), and fails without it.
 */
class PrometheusScrapesPromtool {

    private static final Path RULES = Path.of("../docs/monitoring/prometheus-rules.yml");
    private static final Path DASHBOARD = Path.of("../docs/monitoring/grafana-dashboard.json");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final TestDatabase database = TestDatabase.create();
    private final AtomicBoolean failing = new AtomicBoolean();

    @TempDir
    private Path folder;

    private int port;
    private @Nullable Process prometheus;

    @AfterEach
    void stop() throws InterruptedException {
        stopPrometheus();
        database.close();
    }

    private void stopPrometheus() throws InterruptedException {
        Process running = prometheus;
        if (running != null) {
            running.destroy();
            assertThat(running.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private ConfigurableApplicationContext startApplication(String... more) {
        return new SpringApplicationBuilder(WebApplication.class)
                .web(WebApplicationType.SERVLET)
                .initializers(context -> ((GenericApplicationContext) context)
                        .registerBean(
                                "deposits",
                                EventHandlers.class,
                                () -> new Handlers("deposits", event -> {
                                    if (failing.get()) {
                                        throw new IllegalStateException("told to fail");
                                    }
                                })))
                .run(Stream.of(
                                Stream.of(database.properties()),
                                Stream.of(more),
                                Stream.of(
                                        "server.port=0",
                                        "spring.flyway.enabled=false",
                                        "spring.liquibase.enabled=false",
                                        "spring.jpa.open-in-view=false",
                                        "spring.main.banner-mode=off",
                                        "spring.application.name=bank",
                                        "management.metrics.tags.application=bank",
                                        "management.tracing.sampling.probability=1.0",
                                        "management.tracing.export.enabled=false",
                                        "management.otlp.metrics.export.enabled=false",
                                        "eventsource.snapshots.mode=sync",
                                        "eventsource.snapshots.threshold=2",
                                        "eventsource.subscriptions.defaults.retry.max-retries=0",
                                        "management.endpoints.web.exposure.include=prometheus"))
                        .flatMap(each -> each)
                        .map(property -> "--" + property)
                        .toArray(String[]::new));
    }

    private void startPrometheus(ConfigurableApplicationContext application) throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path configuration = Files.writeString(
                folder.resolve("prometheus.yml"),
                """
                global:
                  scrape_interval: 500ms
                  evaluation_interval: 500ms
                rule_files:
                  - %s
                scrape_configs:
                  - job_name: orders
                    metrics_path: /actuator/prometheus
                    static_configs:
                      - targets: ["127.0.0.1:%s"]
                """
                        .formatted(
                                RULES.toAbsolutePath().normalize(),
                                application.getEnvironment().getProperty("local.server.port")));
        prometheus = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(60)).ignoreExceptionsInstanceOf(IOException.class);
    }

    /** Until it has read what it has stored it is unavailable. */
    private String ask(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = CLIENT.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/" + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() == 503) {
            throw new IOException("Prometheus is not ready: " + answer.body());
        }
        return answer.body();
    }

    private String query(String expression) throws IOException, InterruptedException {
        return ask("query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
    }

    private List<Map<String, String>> labels(String expression) throws IOException, InterruptedException {
        return JsonPath.read(query(expression), "$.data.result[*].metric");
    }

    private void awaitTarget(String health) {
        soon().untilAsserted(
                        () -> assertThat(JsonPath.<List<String>>read(ask("targets"), "$.data.activeTargets[*].health"))
                                .containsExactly(health));
    }

    private List<Map<String, String>> alerts(String name) throws IOException, InterruptedException {
        return JsonPath.read(ask("alerts"), "$.data.alerts[?(@.labels.alertname == '%s')].labels".formatted(name));
    }

    private void awaitAlert(String name, String... labels) {
        soon().untilAsserted(() -> assertThat(alerts(name)).isNotEmpty().allSatisfy(alert -> assertThat(alert)
                .containsEntry("job", "orders")
                .containsKeys(labels)));
    }

    @Test
    void it_scrapes_and_every_rule_and_every_query_of_the_dashboard_is_evaluated() throws Exception {
        List<String> counters = List.of(
                "eventsource_append_conflicts_total",
                "eventsource_events_appended_total",
                "eventsource_snapshots_total",
                "eventsource_subscription_failures_total",
                "eventsource_subscription_parked_total");
        try (ConfigurableApplicationContext application =
                startApplication("management.tracing.exemplars.include=none")) {
            startPrometheus(application);
            awaitTarget("up");
            for (String counter : counters) {
                awaitZero(counter);
            }

            // the first failure of all is an increase
            failing.set(true);
            MeasuredUse.of(application);
            awaitAlert("EventsourceHandlersFail", "application", "instance", "subscription_name");
            awaitAlert("EventsourceDeadLetters", "application", "status");
            for (String counter : counters) {
                soon().untilAsserted(() -> assertThat(labels("increase(%s[5m]) > 0".formatted(counter)))
                        .as(counter)
                        .isNotEmpty()
                        .allSatisfy(found -> assertThat(found).containsEntry("application", "bank")));
            }

            assertThat(JsonPath.<List<String>>read(ask("rules"), "$.data.groups[*].rules[?(@.health != 'ok')].name"))
                    .isEmpty();
            for (String expression : expressions()) {
                assertThat(JsonPath.<String>read(query(expression), "$.status"))
                        .as(expression)
                        .isEqualTo("success");
            }
            assertThat(labels("max by (application, job, instance) (eventsource_log_high_water_mark)"))
                    .singleElement()
                    .satisfies(found -> assertThat(found).containsKeys("application", "job", "instance"));
        }
        awaitAlert("EventsourceNothingUp", "application");
        awaitAlert("EventsourceInstanceDown", "instance");
    }

    /** Scraped with the value 0 before anything has been counted. */
    private void awaitZero(String counter) {
        soon().untilAsserted(
                        () -> assertThat(labels(counter + " == 0")).as(counter).isNotEmpty());
    }

    private static List<String> expressions() throws IOException {
        List<String> shown = JsonPath.parse(Files.readString(DASHBOARD)).read("$.panels[*].targets[*].expr");
        List<String> expressions = new ArrayList<>();
        for (String expression : shown) {
            expressions.add(expression
                    .replace("$__rate_interval", "1m")
                    .replace("$application", ".*")
                    .replace("$job", ".*")
                    .replace("$instance", ".*"));
        }
        return expressions;
    }

    @Test
    void exemplars_of_all_meters_are_beyond_2_42_and_those_of_buckets_and_counters_are_not() throws Exception {
        String version = new String(
                new ProcessBuilder("prometheus", "--version")
                        .redirectErrorStream(true)
                        .start()
                        .getInputStream()
                        .readAllBytes(),
                StandardCharsets.UTF_8);
        boolean readsAll = !version.contains("version 2.42");
        try (ConfigurableApplicationContext application = startApplication()) {
            MeasuredUse.of(application);
            startPrometheus(application);
            awaitTarget(readsAll ? "up" : "down");
            stopPrometheus();
        }
        try (ConfigurableApplicationContext application = startApplication(
                "management.prometheus.metrics.export.properties[io.prometheus.exporter.exemplarsOnAllMetricTypes]=false")) {
            MeasuredUse.of(application);
            startPrometheus(application);
            awaitTarget("up");
        }
    }
}
