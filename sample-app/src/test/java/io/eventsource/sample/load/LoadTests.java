package io.eventsource.sample.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.eventsource.sample.load.LoadMeter.Reading;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadTests {

    @Nested
    class Options {

        @Test
        void have_defaults() {
            LoadOptions options = LoadOptions.parse();

            assertThat(options.url()).isEqualTo(URI.create("http://localhost:8080"));
            assertThat(options.customers()).isEqualTo(8);
            assertThat(options.duration()).isEqualTo(Duration.ofSeconds(30));
            assertThat(options.orders()).isNull();
            assertThat(options.acknowledged()).isNull();
        }

        @Test
        void are_read_in_both_forms() {
            assertThat(LoadOptions.parse(
                            "--url",
                            "http://shop:1/",
                            "--orders=7",
                            "--seed",
                            "3",
                            "--acknowledged=a",
                            "--patience",
                            "5"))
                    .isEqualTo(new LoadOptions(
                            URI.create("http://shop:1"), 8, 7L, null, 3, Duration.ofSeconds(5), Path.of("a")));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "--customers=none",
                    "--customers=0",
                    "--url=shop",
                    "--speed=1",
                    "--seed",
                    "--orders=1 --duration=1"
                })
        void are_refused_when_wrong(String arguments) {
            assertThatIllegalArgumentException().isThrownBy(() -> LoadOptions.parse(arguments.split(" ")));
        }

        @Test
        void that_are_wrong_end_the_load_generator_with_its_usage() {
            ByteArrayOutputStream out = new ByteArrayOutputStream();

            int code =
                    LoadGenerator.main(new String[] {"--speed=1"}, new PrintStream(out, true, StandardCharsets.UTF_8));

            assertThat(code).isEqualTo(2);
            assertThat(out.toString(StandardCharsets.UTF_8)).contains("--speed", "--customers N");
        }
    }

    @Nested
    class Histogram {

        @Test
        void finds_percentiles_within_three_percent() {
            LatencyHistogram histogram = new LatencyHistogram();
            for (int i = 1; i <= 10_000; i++) {
                histogram.add(Duration.ofNanos(i * 10_000L));
            }

            assertThat(histogram.total()).isEqualTo(10_000);
            assertThat(histogram.millisAt(0.5)).isCloseTo(50, Percentage.withPercentage(3.2));
            assertThat(histogram.millisAt(0.99)).isCloseTo(99, Percentage.withPercentage(3.2));
        }

        @Test
        void is_exact_for_short_latencies() {
            LatencyHistogram histogram = new LatencyHistogram();
            histogram.add(Duration.ofNanos(42_000));

            assertThat(histogram.millisAt(0.99)).isEqualTo(0.042, within(1e-9));
        }

        @Test
        void takes_any_latency() {
            LatencyHistogram histogram = new LatencyHistogram();
            histogram.add(Duration.ZERO);
            histogram.add(Duration.ofDays(100));

            assertThat(histogram.total()).isEqualTo(2);
        }

        @Test
        void is_zero_when_empty() {
            assertThat(new LatencyHistogram().millisAt(0.5)).isZero();
        }
    }

    @Test
    void progress_lines_line_up() {
        String first = ProgressLine.of(Duration.ofSeconds(1), new Reading(3, 3, 10, 0, 0, 0, 1.2, 9.9), null);
        String later = ProgressLine.of(
                Duration.ofSeconds(754),
                new Reading(1_234_567, 4_321, 10, 123, 0, 7, 1234.5, 9876.5),
                Duration.ofSeconds(61));

        assertThat(later).hasSameSizeAs(first).contains("12:34", "1,234,567 orders", "4,321/s", "ETA   1:01");
        assertThat(first.indexOf("p99")).isEqualTo(later.indexOf("p99"));
    }
}
