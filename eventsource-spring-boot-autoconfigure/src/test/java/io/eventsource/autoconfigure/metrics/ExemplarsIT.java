package io.eventsource.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration;
import org.springframework.boot.micrometer.tracing.autoconfigure.prometheus.PrometheusExemplarsAutoConfiguration;
import org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration;
import org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What Prometheus reads in the form of OpenMetrics from an application that is traced. */
class ExemplarsIT {

    private static final String LABELS = "\\{(?:[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\n]|\\\\.)*\",?)*}";

    /** A sample of OpenMetrics, perhaps with an exemplar. */
    private static final Pattern SAMPLE = Pattern.compile(
            "(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:" + LABELS + ")? (?<value>[-+.0-9eE]+|NaN|[-+]Inf)(?: [.0-9]+)?"
                    + "(?: # (?<exemplar>" + LABELS + ") [-+.0-9eE]+(?: [.0-9]+)?)?");

    private static final Pattern DESCRIPTION = Pattern.compile("# (?:TYPE|HELP|UNIT) [a-zA-Z_:][a-zA-Z0-9_:]* ?.*");

    private final TestDatabase database = TestDatabase.migrated();
    private final ApplicationContextRunner application = Runners.on(database)
            .withConfiguration(AutoConfigurations.of(
                    ObservationAutoConfiguration.class,
                    OpenTelemetrySdkAutoConfiguration.class,
                    MicrometerTracingAutoConfiguration.class,
                    OpenTelemetryTracingAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    PrometheusExemplarsAutoConfiguration.class,
                    PrometheusMetricsExportAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class))
            .withPropertyValues(
                    "management.tracing.sampling.probability=1.0", "eventsource.subscriptions.enabled=false");

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private List<Matcher> samples(BeanFactory context) {
        context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
        List<String> lines = context.getBean(PrometheusMeterRegistry.class)
                .scrape("application/openmetrics-text; version=1.0.0; charset=utf-8")
                .lines()
                .toList();
        assertThat(lines).endsWith("# EOF");
        assertThat(lines.subList(0, lines.size() - 1))
                .allMatch(line -> DESCRIPTION.matcher(line).matches()
                        || SAMPLE.matcher(line).matches());
        return lines.stream().map(SAMPLE::matcher).filter(Matcher::matches).toList();
    }

    @Test
    void a_bucket_of_appends_names_the_trace_that_is_stored_with_the_event() {
        application.run(context -> {
            List<Matcher> samples = samples(context);

            String stored = String.valueOf(database.jdbc()
                    .queryForObject("SELECT metadata ->> 'traceparent' FROM eventsource.events", String.class));
            assertThat(samples)
                    .filteredOn(sample -> sample.group("name").equals("eventsource_append_seconds_bucket")
                            && sample.group("exemplar") != null)
                    .isNotEmpty()
                    .allSatisfy(sample -> assertThat(sample.group("exemplar"))
                            .contains("trace_id=\"" + stored.split("-", -1)[1] + "\""));
        });
    }

    @Test
    void exemplars_can_be_left_to_what_prometheus_before_2_43_reads() {
        application
                .withPropertyValues(
                        "management.prometheus.metrics.export.properties[io.prometheus.exporter.exemplarsOnAllMetricTypes]=false")
                .run(context -> assertThat(samples(context))
                        .filteredOn(sample -> sample.group("exemplar") != null)
                        .isNotEmpty()
                        .extracting(sample -> sample.group("name"))
                        .allMatch(name -> name.endsWith("_bucket") || name.endsWith("_total")));
    }
}
