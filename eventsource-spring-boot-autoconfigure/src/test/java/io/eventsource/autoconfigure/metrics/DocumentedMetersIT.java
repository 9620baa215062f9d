package io.eventsource.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.testing.Feeds;
import io.eventsource.autoconfigure.testing.MeasuredUse;
import io.eventsource.autoconfigure.testing.RecordingTransport;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.projection.EventHandlers;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;

/** The table of meters in the documentation against those of a running application. */
class DocumentedMetersIT {

    /** A row of the table: name, type, tags. */
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(eventsource\\.[a-z.]+)` \\| (timer|counter|summary|gauge) \\| ([^|]*) \\|");

    private static final Pattern TAG = Pattern.compile("`([a-z.]+)`");

    private static final Map<Meter.Type, String> TYPES = Map.of(
            Meter.Type.TIMER, "timer",
            Meter.Type.COUNTER, "counter",
            Meter.Type.DISTRIBUTION_SUMMARY, "summary",
            Meter.Type.GAUGE, "gauge");

    private final TestDatabase database = TestDatabase.create();

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    /** Names with types and tags, as the table has them. */
    static Map<String, String> documented() throws IOException {
        Map<String, String> meters = new TreeMap<>();
        String document = Files.readString(Path.of("../docs/operations.md"));
        for (MatchResult row : ROW.matcher(document).results().toList()) {
            Set<String> tags = TAG.matcher(row.group(3))
                    .results()
                    .map(tag -> tag.group(1))
                    .collect(Collectors.toCollection(TreeSet::new));
            meters.put(row.group(1), row.group(2) + " " + tags);
        }
        return meters;
    }

    /** What is under way has timers of its own, named after the others. */
    private static Map<String, String> registered(MeterRegistry registry) {
        Map<String, String> meters = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            Meter.Id id = meter.getId();
            if (id.getName().startsWith("eventsource.") && id.getType() != Meter.Type.LONG_TASK_TIMER) {
                Set<String> tags =
                        id.getTags().stream().map(Tag::getKey).collect(Collectors.toCollection(TreeSet::new));
                meters.put(id.getName(), TYPES.get(id.getType()) + " " + tags);
            }
        }
        return meters;
    }

    @Test
    void are_exactly_those_of_a_running_application_with_their_types_and_tags() {
        Runners.on(database)
                .withConfiguration(AutoConfigurations.of(
                        ObservationAutoConfiguration.class,
                        MetricsAutoConfiguration.class,
                        SimpleMetricsExportAutoConfiguration.class,
                        CompositeMeterRegistryAutoConfiguration.class,
                        DataRedisAutoConfiguration.class))
                .withPropertyValues(MeasuredUse.properties())
                .withBean("own", MessageTransport.class, RecordingTransport::new)
                .withPropertyValues(Feeds.feed("redis"))
                .withPropertyValues("spring.data.redis.port=1")
                .withBean(EventHandlers.class, () -> MeasuredUse.failingAtFirst("deposits"))
                .withBean(Feeds.Incoming.class)
                .run(context -> {
                    MeasuredUse.withReplay(context);
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    await().untilAsserted(() ->
                            assertThat(registered(registry)).containsKeys("eventsource.handle", "eventsource.publish"));

                    assertThat(registered(registry)).containsExactlyEntriesOf(documented());
                });
    }
}
