package io.eventsource.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import io.eventsource.autoconfigure.testing.Feeds;
import io.eventsource.autoconfigure.testing.MeasuredUse;
import io.eventsource.autoconfigure.testing.RecordingTransport;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.projection.EventHandlers;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.metrics.DataSourcePoolMetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;

/** The dashboard, the alert rules and the documentation's excerpt against what a running application lets Prometheus scrape. */
class MonitoringFilesIT {

    private static final Path DASHBOARD = Path.of("../docs/monitoring/grafana-dashboard.json");
    private static final Path RULES = Path.of("../docs/monitoring/prometheus-rules.yml");
    private static final Pattern METRIC = Pattern.compile("\\b(?:eventsource|hikaricp)_[a-z_]+");
    /** Values of tags that differ from application to application, and from run to run. */
    private static final Pattern OWN_VALUE =
            Pattern.compile("\\b(aggregate_type|error|event_type|subscription_name|subscription_state)=\"[^\"]*\"");

    private static final Pattern EXPRESSION = Pattern.compile("(?m)^ +expr: (.+)$");

    private final TestDatabase database = TestDatabase.create();

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static Set<String> metrics(List<String> expressions) {
        assertThat(expressions).hasSizeGreaterThan(5);
        return expressions.stream()
                .flatMap(expression -> METRIC.matcher(expression).results())
                .map(found -> found.group())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> named() throws IOException {
        Set<String> named = metrics(EXPRESSION
                .matcher(Files.readString(RULES))
                .results()
                .map(each -> each.group(1))
                .toList());
        named.addAll(shown());
        return named;
    }

    private static Set<String> shown() throws IOException {
        return metrics(JsonPath.parse(Files.readString(DASHBOARD)).read("$.panels[*].targets[*].expr"));
    }

    /** Names with their tags, without the measured values and without values of tags that differ. */
    private static Set<String> series(Stream<String> lines) {
        return lines.filter(line -> line.startsWith("eventsource_"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .map(line -> OWN_VALUE.matcher(line).replaceAll("$1"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Those of the excerpt of a scrape. */
    private static Set<String> documentedSeries() throws IOException {
        Set<String> documented =
                series(Files.readString(Path.of("../docs/operations.md")).lines());
        assertThat(documented).hasSizeGreaterThan(10);
        return documented;
    }

    @Test
    void the_dashboard_shows_every_meter() throws IOException {
        Set<String> shown = shown();

        assertThat(DocumentedMetersIT.documented().keySet()).isNotEmpty().allSatisfy(meter -> {
            String series = meter.replace('.', '_') + "(_seconds)?(_bucket|_count|_sum|_total)?";
            assertThat(shown).as(meter).anyMatch(metric -> metric.matches(series));
        });
    }

    @Test
    void the_panels_of_the_dashboard_stand_beside_each_other() throws IOException {
        List<Integer> ids = panels("id");

        assertThat(ids).isNotEmpty().doesNotHaveDuplicates();
        assertThat(cells().toList()).doesNotHaveDuplicates();
    }

    private static List<Integer> panels(String number) throws IOException {
        return JsonPath.parse(Files.readString(DASHBOARD)).read("$.panels[*]." + number);
    }

    /** What the panels cover of the dashboard's grid. */
    private static Stream<Cell> cells() throws IOException {
        List<Integer> left = panels("gridPos.x");
        List<Integer> top = panels("gridPos.y");
        List<Integer> width = panels("gridPos.w");
        List<Integer> height = panels("gridPos.h");
        return IntStream.range(0, left.size()).boxed().flatMap(panel -> IntStream.range(0, width.get(panel))
                .boxed()
                .flatMap(x -> IntStream.range(0, height.get(panel))
                        .mapToObj(y -> new Cell(left.get(panel) + x, top.get(panel) + y))));
    }

    private record Cell(int x, int y) {}

    @Test
    void they_name_only_metrics_that_there_are() throws Exception {
        Set<String> named = named();
        Runners.on(database)
                .withConfiguration(AutoConfigurations.of(
                        ObservationAutoConfiguration.class,
                        MetricsAutoConfiguration.class,
                        DataSourcePoolMetricsAutoConfiguration.class,
                        PrometheusMetricsExportAutoConfiguration.class,
                        CompositeMeterRegistryAutoConfiguration.class,
                        DataRedisAutoConfiguration.class))
                .withPropertyValues(MeasuredUse.properties())
                .withBean("own", MessageTransport.class, RecordingTransport::new)
                .withPropertyValues(Feeds.feed("redis"))
                .withPropertyValues("spring.data.redis.port=1")
                .withBean(Feeds.Incoming.class)
                .withBean(EventHandlers.class, () -> MeasuredUse.failingAtFirst("deposits"))
                .run(context -> {
                    MeasuredUse.withReplay(context);
                    PrometheusMeterRegistry registry = context.getBean(PrometheusMeterRegistry.class);
                    await().untilAsserted(() -> assertThat(registry.scrape())
                            .contains("eventsource_handle_seconds_count", "eventsource_publish_seconds_count"));

                    Set<String> scraped = registry.scrape()
                            .lines()
                            .filter(line -> !line.startsWith("#"))
                            .map(line -> line.split("[{ ]", 2)[0])
                            .collect(Collectors.toCollection(TreeSet::new));
                    assertThat(scraped).containsAll(named);
                    assertThat(series(registry.scrape().lines())).containsAll(documentedSeries());
                });
    }
}
