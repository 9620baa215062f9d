package io.eventsource.autoconfigure.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Indicators;
import io.eventsource.autoconfigure.testing.RecordingTransport;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.deadletter.DeadLetter;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.Outbox;
import io.eventsource.outbox.OutgoingMessage;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What an operator sees of a running application's outbox, and what it can do. */
class OutboxOperationIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final RecordingTransport transport = new RecordingTransport();

    private final ApplicationContextRunner application = Runners.on(database)
            .withConfiguration(AutoConfigurations.of(
                    MetricsAutoConfiguration.class,
                    SimpleMetricsExportAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class))
            .withBean("own", MessageTransport.class, () -> transport)
            .withPropertyValues(
                    "spring.application.name=bank",
                    "eventsource.dead-letters.replay.interval=50ms",
                    "eventsource.outbox.transport=own",
                    "eventsource.outbox.statistics-interval=100ms",
                    "eventsource.outbox.destinations.accounts.events=deposited",
                    "eventsource.subscriptions.defaults.circuit-breaker.failure-threshold=1",
                    "eventsource.subscriptions.defaults.circuit-breaker.open-for=100ms",
                    "eventsource.subscriptions.defaults.circuit-breaker.max-open-for=200ms");

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static void deposit(BeanFactory context, long amount) {
        context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(amount)));
    }

    private static Health health(BeanFactory context) {
        return Objects.requireNonNull(Indicators.health(context, "eventsourceOutbox"));
    }

    private static void assertDegraded(BeanFactory context, String reason) {
        await().untilAsserted(() -> {
            Health health = health(context);
            assertThat(health.getStatus().getCode()).isEqualTo("DEGRADED");
            assertThat(health.getDetails()).extractingByKey("reason").asString().contains(reason);
        });
    }

    private static void assertUp(BeanFactory context) {
        await().untilAsserted(
                        () -> assertThat(health(context).getStatus().getCode()).isEqualTo("UP"));
    }

    private static double gauge(BeanFactory context, String name) {
        return context.getBean(MeterRegistry.class)
                .get("eventsource.outbox." + name)
                .tag("destination", "accounts")
                .gauge()
                .value();
    }

    @Test
    void what_was_refused_is_listed_sent_again_or_discarded() {
        transport.refusing = message -> message.content().text().contains("13");
        application.run(context -> {
            deposit(context, 13);
            deposit(context, 13);
            deposit(context, 1);
            Outbox outbox = context.getBean(Outbox.class);
            await().until(() -> outbox.entries("accounts", 0, 10).size() == 2);

            List<DeadLetter> failed = outbox.entries("accounts", 0, 10);
            assertThat(outbox.discard(failed.get(0).id(), "ann", "unlucky")).isTrue();
            transport.refusing = message -> false;
            assertThat(outbox.retryAll("accounts", 10)).isEqualTo(1);

            // the batch that held the refused ones was repeated: receivers may see a message twice
            await().untilAsserted(() -> assertThat(
                            transport.sent.stream().map(OutgoingMessage::id).distinct())
                    .hasSize(2));
            await().untilAsserted(() -> assertThat(outbox.destinations())
                    .singleElement()
                    .satisfies(status -> {
                        assertThat(status.published()).isEqualTo(2);
                        assertThat(status.discarded()).isEqualTo(1);
                        assertThat(status.failed()).isZero();
                        assertThat(status.pending()).isZero();
                    }));
        });
    }

    @Nested
    class InHealth {

        @Test
        void a_broker_that_is_away_degrades_it_until_it_is_back() {
            transport.away = true;
            application.run(context -> {
                assertUp(context);
                deposit(context, 1);

                assertDegraded(context, "the broker of 'accounts' is away");
                assertThat(health(context).getDetails())
                        .extractingByKey("destinations")
                        .asString()
                        .contains("BrokerUnavailableException");

                transport.away = false;
                assertUp(context);
                assertThat(transport.sent).hasSize(1);
            });
        }

        @Test
        void an_event_that_failed_degrades_it_until_somebody_acts() {
            transport.refusing = message -> true;
            application.run(context -> {
                deposit(context, 1);
                assertDegraded(context, "1 events could not be sent to 'accounts'");

                Outbox outbox = context.getBean(Outbox.class);
                outbox.discard(outbox.entries("accounts", 0, 1).get(0).id(), "ann", "a test");
                assertUp(context);
            });
        }

        @ParameterizedTest
        @CsvSource({
            "pending=2, 2 events wait to be sent to 'accounts'",
            "age=1ms, an event for 'accounts' has waited for",
            "failed=1,"
        })
        void events_that_wait_degrade_it_from_the_threshold_on(String property, String reason) {
            application
                    .withPropertyValues("eventsource.subscriptions.defaults.auto-startup=false")
                    .withPropertyValues("eventsource.health.outbox." + property)
                    .run(context -> {
                        database.jdbc()
                                .update(
                                        """
                                        INSERT INTO eventsource.projection_checkpoints (projection_name, segment, last_bucket, position)
                                        VALUES ('outbox:accounts', 0, 1023, 0)""");
                        deposit(context, 1);
                        deposit(context, 2);

                        if (reason == null) {
                            assertUp(context);
                        } else {
                            assertDegraded(context, reason);
                        }
                    });
        }

        @Test
        void an_unreadable_outbox_is_down() {
            application.run(context -> {
                database.jdbc().execute("ALTER TABLE eventsource.dead_letter_queue RENAME TO elsewhere");
                database.jdbc().execute("DROP VIEW eventsource.event_outbox_status");

                Health health = health(context);
                assertThat(health.getStatus().getCode()).isEqualTo("DOWN");
            });
        }

        @Test
        void there_is_none_without_actuator_and_none_where_it_is_switched_off() {
            application
                    .withClassLoader(new FilteredClassLoader(HealthIndicator.class))
                    .run(context ->
                            assertThat(context).hasNotFailed().doesNotHaveBean("eventsourceOutboxHealthIndicator"));
            application
                    .withPropertyValues("management.health.eventsource-outbox.enabled=false")
                    .run(context -> assertThat(context).doesNotHaveBean("eventsourceOutboxHealthIndicator"));
        }
    }

    @Nested
    class InMeters {

        @Test
        void pending_failed_published_and_age_of_each_destination_are_measured() {
            transport.refusing = message -> message.content().text().contains("13");
            application.run(context -> {
                deposit(context, 1);
                deposit(context, 13);
                await().untilAsserted(() -> {
                    assertThat(Map.of(
                                    "published", gauge(context, "published"),
                                    "failed", gauge(context, "failed"),
                                    "pending", gauge(context, "pending")))
                            .isEqualTo(Map.of("published", 1.0, "failed", 1.0, "pending", 0.0));
                    assertThat(context.getBean(MeterRegistry.class)
                                    .get("eventsource.outbox.age")
                                    .timeGauge()
                                    .value())
                            .isPositive();
                });
            });
        }

        @Test
        void the_application_starts_without_micrometer() {
            application
                    .withClassLoader(new FilteredClassLoader(io.micrometer.core.instrument.binder.MeterBinder.class))
                    .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("eventOutboxMetrics"));
        }
    }
}
