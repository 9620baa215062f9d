package io.eventsource.autoconfigure.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.projection.EventHandlers;
import io.eventsource.schema.SchemaMigrator;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionManager;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.assertj.core.api.MapAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class HealthIT {

    private static final String RUNS = "the database answers, and what is to run here runs";

    private final TestDatabase database = TestDatabase.create();
    private final ApplicationContextRunner application =
            Runners.on(database).withPropertyValues("eventsource.subscriptions.defaults.retry.delay=100ms");

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static Health health(BeanFactory context) {
        return context.getBean(EventSourceHealthIndicator.class).health();
    }

    private static String status(BeanFactory context) {
        return health(context).getStatus().getCode();
    }

    private static MapAssert<String, Object> assertThatDetails(BeanFactory context) {
        return assertThat(health(context).getDetails());
    }

    private static void append(BeanFactory context) {
        context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
    }

    @Test
    void is_up_with_the_version_of_the_schema_and_the_state_of_each_subscription() {
        application
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}))
                .run(context -> {
                    append(context);

                    await().untilAsserted(() -> assertThatDetails(context)
                            .containsEntry("schemaVersion", SchemaMigrator.requiredVersion())
                            .containsEntry("subscriptionsStatus", "UP")
                            .containsEntry("running", true)
                            .containsEntry("subscriptionCount", 1)
                            .containsEntry("upCount", 1)
                            .containsEntry("degradedCount", 0)
                            .containsEntry("downCount", 0)
                            .containsEntry("totalEventsProcessed", 1L)
                            .containsEntry("totalFailedAttempts", 0L)
                            .containsEntry("totalLagEvents", 0L)
                            .containsKeys("uptimeSeconds", "timestamp")
                            .containsEntry("reason", RUNS)
                            .containsEntry("subscriptions", Map.of("deposits", "UP")));
                    assertThat(status(context)).isEqualTo("UP");
                });
    }

    @Test
    void is_up_without_subscriptions() {
        application
                .withPropertyValues("eventsource.subscriptions.enabled=false")
                .run(context -> {
                    assertThat(status(context)).isEqualTo("UP");
                    assertThatDetails(context).doesNotContainKey("subscriptions");
                });
    }

    @Test
    void is_absent_when_it_is_switched_off() {
        application
                .withPropertyValues("management.health.eventsource.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(EventSourceHealthIndicator.class));
    }

    @Test
    void is_down_naming_missing_tables() {
        application.run(context -> {
            database.jdbc().execute("DROP TABLE eventsource.snapshots");
            database.jdbc().execute("DROP TABLE eventsource.event_outbox");

            assertThat(status(context)).isEqualTo("DOWN");
            assertThatDetails(context).containsEntry("missingTables", List.of("event_outbox", "snapshots"));
        });
    }

    @Test
    void is_down_where_the_schema_is_gone() {
        application.run(context -> {
            database.jdbc().execute("DROP SCHEMA eventsource CASCADE");

            assertThat(status(context)).isEqualTo("DOWN");
            assertThatDetails(context).containsEntry("schemaVersion", 0).containsKey("missingTables");
        });
    }

    @Test
    void is_down_when_the_installed_schema_is_older() {
        application.run(context -> {
            int required = SchemaMigrator.requiredVersion();
            database.jdbc()
                    .update(
                            "DELETE FROM eventsource.eventsource_schema_history WHERE version = ?",
                            Integer.toString(required));

            assertThat(status(context)).isEqualTo("DOWN");
            assertThatDetails(context)
                    .hasEntrySatisfying("schemaVersion", version -> assertThat((Integer) version)
                            .isLessThan(required))
                    .containsEntry("requiredSchemaVersion", required);
        });
    }

    @Test
    void is_down_sooner_than_the_pool_gives_up_when_the_database_is_away() {
        application
                .withPropertyValues(
                        "spring.datasource.hikari.connection-timeout=30000", "eventsource.health.answer-timeout=300ms")
                .run(context -> {
                    assertThat(status(context)).isEqualTo("UP");

                    database.refuseConnections();
                    Instant asked = Instant.now();
                    assertThat(status(context)).isEqualTo("DOWN");
                    assertThatDetails(context)
                            .containsEntry("reason", "the database does not answer")
                            .containsKey("error");
                    assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(5));
                    database.allowConnections();

                    await().untilAsserted(() -> assertThat(status(context)).isEqualTo("UP"));
                });
    }

    @Test
    void an_exhausted_pool_is_told_apart_from_a_database_that_is_away_and_is_not_down() {
        application
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}))
                .withPropertyValues(
                        "spring.datasource.hikari.maximum-pool-size=3",
                        "spring.datasource.hikari.minimum-idle=3",
                        "spring.datasource.hikari.connection-timeout=1000",
                        "eventsource.health.answer-timeout=500ms")
                .run(context -> {
                    append(context);
                    await().untilAsserted(() -> assertThat(status(context)).isEqualTo("UP"));
                    DataSource pool = context.getBean(DataSource.class);
                    List<Connection> held = new ArrayList<>();
                    while (held.size() < 3) {
                        held.add(pool.getConnection());
                    }
                    try {
                        for (int i = 0; i < 3; i++) {
                            assertThat(status(context)).isEqualTo("DEGRADED");
                            assertThat(String.valueOf(
                                            health(context).getDetails().get("reason")))
                                    .contains("all 3 connections of the pool are in use", "the database answers");
                        }
                        // also when the high-water mark and the lease have waited in vain for a connection
                        SubscriptionManager manager = context.getBean(SubscriptionManager.class);
                        await().until(() -> !manager.instance().tail().reading());
                        assertThat(status(context)).isEqualTo("DEGRADED");
                        database.refuseConnections();
                        assertThat(status(context)).isEqualTo("DOWN");
                        assertThatDetails(context).containsEntry("reason", "the database does not answer");
                    } finally {
                        database.allowConnections();
                        for (Connection each : held) {
                            each.close();
                        }
                    }
                    await().untilAsserted(() -> assertThat(status(context)).isEqualTo("UP"));
                });
    }

    @Test
    void is_down_when_the_subscriptions_have_been_stopped() {
        application
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}))
                .run(context -> {
                    context.getBean(SubscriptionManager.class).stop(Duration.ofSeconds(10));

                    assertThat(status(context)).isEqualTo("DOWN");
                    assertThatDetails(context).containsEntry("reason", "not every subscription is running");
                });
    }

    @Test
    void is_down_while_a_subscription_has_stopped_at_an_event_and_up_again_afterwards() {
        AtomicBoolean failing = new AtomicBoolean(true);
        application
                .withPropertyValues(
                        "eventsource.subscriptions.defaults.dead-letter.enabled=false",
                        "eventsource.subscriptions.defaults.retry.max-retries=0")
                .withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> {
                            if (failing.get()) {
                                throw new IllegalStateException("told to fail");
                            }
                        }))
                .run(context -> {
                    append(context);

                    await().untilAsserted(() -> assertThat(status(context)).isEqualTo("DOWN"));
                    assertThatDetails(context)
                            .containsEntry("reason", "a subscription has stopped at an event that cannot be handled");

                    failing.set(false);
                    context.getBean(SubscriptionManager.class).resume("deposits");

                    await().untilAsserted(() -> assertThat(status(context)).isEqualTo("UP"));
                    assertThatDetails(context).containsEntry("reason", RUNS);
                });
    }
}
