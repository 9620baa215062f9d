package io.eventsource.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Runs in the profile {@code promtool}, with Prometheus's own tool on the path, and fails without it. */
class PrometheusRulesPromtool {

    @Test
    void prometheus_takes_the_rules() throws Exception {
        Process promtool = new ProcessBuilder("promtool", "check", "rules", "../docs/monitoring/prometheus-rules.yml")
                .redirectErrorStream(true)
                .start();
        String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(promtool.waitFor()).as(said).isZero();
        assertThat(said).contains("rules found");
    }
}
