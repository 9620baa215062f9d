package io.eventsource.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.eventsource.autoconfigure.evolution.SchemaEvolutionAutoConfiguration;
import io.eventsource.autoconfigure.health.HealthProperties;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.web.MetadataPropagationAutoConfiguration;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;

class PropertyBoundsTests {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            eventsource.schema                          | Capital
            eventsource.schema                          | 1st
            eventsource.schema                          | pg_mine
            eventsource.schema                          | select
            eventsource.schema                          | a"b
            eventsource.schema                          | a234567890123456789012345678901234567890123456789012345678901234
            eventsource.migration.enabled               | perhaps
            eventsource.append.timing                   | sometimes
            eventsource.append.idle-in-transaction-timeout | soon
            eventsource.append.idle-in-transaction-timeout | 0ms
            eventsource.append.idle-in-transaction-timeout | -1s
            eventsource.append.idle-in-transaction-timeout | 25d
            eventsource.append.idle-in-transaction-timeout | 110000000000d
            eventsource.append.group-commit               | perhaps
            eventsource.commands.retry.max-retries            | -1
            eventsource.commands.retry.max-retries            | 1001
            eventsource.commands.retry.max-retries            | many
            eventsource.commands.retry.delay            | 0ms
            eventsource.commands.retry.delay            | soon
            eventsource.commands.retry.max-delay        | 4ms
            eventsource.commands.retry.max-delay        | later
            eventsource.snapshots.enabled               | perhaps
            eventsource.snapshots.threshold             | 0
            eventsource.snapshots.threshold             | many
            eventsource.snapshots.mode                  | sometimes
            eventsource.snapshots.queue-capacity        | 0
            eventsource.snapshots.queue-capacity        | many
            eventsource.snapshots.aggregates.account.enabled   | perhaps
            eventsource.snapshots.aggregates.account.threshold | 0
            eventsource.snapshots.aggregates.account.mode      | sometimes
            eventsource.subscriptions.enabled           | perhaps
            eventsource.subscriptions.defaults.batch.size        | 0
            eventsource.subscriptions.defaults.batch.size        | 10001
            eventsource.subscriptions.defaults.batch.size        | many
            eventsource.subscriptions.poll-interval     | 0s
            eventsource.subscriptions.poll-interval     | -1s
            eventsource.subscriptions.poll-interval     | soon
            eventsource.subscriptions.defaults.retry.delay       | 0s
            eventsource.subscriptions.defaults.retry.delay       | -1s
            eventsource.subscriptions.defaults.retry.delay       | soon
            eventsource.subscriptions.defaults.retry.max-delay   | 999ms
            eventsource.subscriptions.defaults.retry.max-delay   | later
            eventsource.subscriptions.preset            | fast
            eventsource.subscriptions.defaults.batch.max-in-flight | 99
            eventsource.subscriptions.defaults.batch.max-in-flight | 100001
            eventsource.subscriptions.defaults.batch.backpressure-threshold | 0
            eventsource.subscriptions.defaults.batch.backpressure-threshold | 1.1
            eventsource.subscriptions.defaults.batch.linger | -1ms
            eventsource.subscriptions.defaults.batch.timeout | 0s
            eventsource.subscriptions.defaults.checkpoint.strategy | sometimes
            eventsource.subscriptions.defaults.checkpoint.interval | 0s
            eventsource.subscriptions.defaults.start-from | yesterday
            eventsource.subscriptions.defaults.start-from | -1
            eventsource.subscriptions.named.orders.batch.size | 0
            eventsource.subscriptions.named.orders.start-from | soon
            eventsource.shutdown.drain-timeout     | -1ms
            eventsource.shutdown.drain-timeout     | soon
            eventsource.subscriptions.defaults.retry.max-retries | -1
            eventsource.subscriptions.defaults.retry.max-retries | 1001
            eventsource.subscriptions.defaults.retry.max-retries | many
            eventsource.subscriptions.defaults.retry.multiplier | 0.9
            eventsource.subscriptions.defaults.retry.multiplier | 10.1
            eventsource.subscriptions.defaults.dead-letter.enabled | perhaps
            eventsource.subscriptions.defaults.dead-letter.order | sometimes
            eventsource.subscriptions.defaults.circuit-breaker.enabled | perhaps
            eventsource.subscriptions.defaults.circuit-breaker.failure-threshold | 0
            eventsource.subscriptions.defaults.circuit-breaker.open-for | 0ms
            eventsource.subscriptions.defaults.circuit-breaker.max-open-for | 999ms
            eventsource.subscriptions.named.orders.retry.max-retries | 1001
            eventsource.dead-letters.replay.interval    | 9ms
            eventsource.dead-letters.replay.interval    | 25h
            eventsource.dead-letters.replay.interval    | soon
            eventsource.dead-letters.replay.limit       | 0
            eventsource.dead-letters.replay.limit       | 10001
            eventsource.dead-letters.replay.per-second         | 0
            eventsource.dead-letters.replay.per-second         | 100001
            eventsource.dead-letters.automatic-retry.max-retries | -1
            eventsource.dead-letters.automatic-retry.delay | 0ms
            eventsource.dead-letters.automatic-retry.multiplier  | 0.9
            eventsource.dead-letters.automatic-retry.multiplier  | 11
            eventsource.dead-letters.automatic-retry.max-delay   | 59s
            eventsource.dead-letters.retention          | -1ms
            eventsource.dead-letters.retention          | 36501d
            eventsource.health.dead-letters.degraded | 0
            eventsource.health.dead-letters.down     | 9
            eventsource.metadata.enabled                | perhaps
            eventsource.metadata.correlation-header     | ''
            eventsource.metadata.correlation-header     | two words
            eventsource.metadata.correlation-header     | X-Id:
            eventsource.metadata.correlation-header     | a23456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012
            eventsource.pool.enabled                    | perhaps
            eventsource.pool.preset                     | huge
            eventsource.pool.size                       | 0
            eventsource.pool.size                       | 10001
            eventsource.pool.overflow                   | -1
            eventsource.pool.connection.timeout         | 249ms
            eventsource.pool.connection.timeout         | 0
            eventsource.pool.connection.max-lifetime    | 29s
            eventsource.pool.connection.idle-timeout    | 9s
            eventsource.pool.session.statement-timeout  | -1ms
            eventsource.pool.session.statement-timeout  | 25d
            eventsource.pool.session.application-name   | ''
            eventsource.pool.session.application-name   | größe
            eventsource.pool.session.application-name   | a234567890123456789012345678901234567890123456789012345678901234
            eventsource.pool.instances                  | 0
            eventsource.health.pool.saturation       | 0
            eventsource.health.pool.saturation       | 1.1
            eventsource.observations.append             | perhaps
            eventsource.schema-evolution.report         | perhaps
            eventsource.verify                          | perhaps
            eventsource.notifications.enabled           | perhaps
            eventsource.notifications.interval   | 0ms
            eventsource.notifications.interval   | 2m
            eventsource.notifications.interval   | soon
            eventsource.notifications.heartbeat         | 9ms
            eventsource.notifications.heartbeat         | 2h
            eventsource.notifications.heartbeat         | soon
            eventsource.health.log.stall-threshold   | 999ms
            eventsource.health.log.stall-threshold   | soon
            eventsource.subscriptions.max-page-bytes    | 63KB
            eventsource.subscriptions.max-page-bytes    | much
            eventsource.subscriptions.instance.lease-duration    | 99ms
            eventsource.subscriptions.instance.lease-duration    | soon
            eventsource.subscriptions.defaults.segments.count | 0
            eventsource.subscriptions.defaults.segments.count | 1025
            eventsource.subscriptions.defaults.segments.concurrency | 0
            eventsource.subscriptions.instance.index      | 0
            eventsource.subscriptions.defaults.auto-startup      | perhaps
            eventsource.shutdown.timeout  | 9s
            eventsource.shutdown.timeout  | soon
            eventsource.health.lag-events.down          | 999
            eventsource.health.lag.down                 | 59s
            eventsource.health.errors.per-minute      | -1
            eventsource.health.errors.window             | 9s
            eventsource.health.errors.window             | 2h
            eventsource.health.errors.down              | 9
            eventsource.health.log.silence-threshold             | 999ms
            eventsource.health.answer-timeout           | 9ms""")
    void a_value_out_of_bounds_stops_the_application_and_is_named(String property, String value) {
        refused(property, value);
    }

    static Stream<Arguments> thresholds() {
        return Stream.of(HealthProperties.class.getRecordComponents())
                .filter(group -> group.getType().isRecord())
                .flatMap(group -> Stream.of(group.getType().getRecordComponents())
                        .filter(each -> Set.of("degraded", "down").contains(each.getName()))
                        .map(each -> arguments(
                                "eventsource.health.%s.%s"
                                        .formatted(
                                                DataObjectPropertyName.toDashedForm(group.getName()), each.getName()),
                                each.getType().equals(Duration.class) ? "-1s" : "-1")));
    }

    @ParameterizedTest
    @MethodSource("thresholds")
    void a_threshold_of_health_below_0_is_refused(String property, String value) {
        refused(property, value);
    }

    private static void refused(String property, String value) {
        Runners.plain()
                .withConfiguration(AutoConfigurations.of(
                        SchemaEvolutionAutoConfiguration.class, MetadataPropagationAutoConfiguration.class))
                .withPropertyValues(
                        "spring.datasource.url=jdbc:postgresql://127.0.0.1:1/nowhere",
                        // nobody is there, and nobody is waited for
                        "spring.datasource.hikari.initialization-fail-timeout=-1",
                        "spring.datasource.hikari.connection-timeout=250",
                        "eventsource.migration.enabled=false")
                .withPropertyValues(property + "=" + value)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining(property)
                        .hasStackTraceContaining("io.eventsource.autoconfigure."));
    }
}
