package io.eventsource.autoconfigure.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.autoconfigure.kafka.KafkaOutboxAutoConfiguration;
import io.eventsource.autoconfigure.redis.RedisOutboxAutoConfiguration;
import io.eventsource.autoconfigure.testing.Runners;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;

class OutboxPropertyBoundsTests {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            eventsource.outbox.enabled                  | perhaps
            eventsource.outbox.mode                     | sometimes
            eventsource.outbox.statistics-interval      | 99ms
            eventsource.outbox.statistics-interval      | 2h
            eventsource.health.outbox.pending | 0
            eventsource.health.outbox.failed  | 0
            eventsource.health.outbox.age     | 0ms
            eventsource.outbox.table.retention          | -1d
            eventsource.outbox.table.retention          | 36501d
            eventsource.outbox.table.mark-interval      | 9ms
            eventsource.outbox.table.mark-interval      | 2h
            eventsource.outbox.redis.max-length         | many
            eventsource.outbox.redis.when-unread        | sometimes
            eventsource.outbox.redis.timeout            | soon
            eventsource.outbox.destinations.a.start-from       | yesterday
            eventsource.outbox.destinations.a.events[0].version| first""")
    void a_value_out_of_bounds_stops_the_application_and_is_named(String property, String value) {
        Runners.plain()
                .withConfiguration(
                        AutoConfigurations.of(KafkaOutboxAutoConfiguration.class, RedisOutboxAutoConfiguration.class))
                .withPropertyValues(
                        "spring.datasource.url=jdbc:postgresql://127.0.0.1:1/nowhere",
                        // nobody is there, and nobody is waited for
                        "spring.datasource.hikari.initialization-fail-timeout=-1",
                        "spring.datasource.hikari.connection-timeout=250",
                        "eventsource.migration.enabled=false",
                        // the pool does not wait for a server that is not there
                        "spring.datasource.hikari.initialization-fail-timeout=-1",
                        "spring.datasource.hikari.connection-timeout=250",
                        property + "=" + value)
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining(property));
    }
}
