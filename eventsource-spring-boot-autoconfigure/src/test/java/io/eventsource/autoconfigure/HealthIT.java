package io.eventsource.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.MAP;
import static org.assertj.core.api.InstanceOfAssertFactories.list;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.projection.EventHandlers;
import io.eventsource.schema.SchemaMigrator;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionManager;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.MapAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.dao.DataAccessResourceFailureException;

class HealthIT {

    private final TestDatabase database = TestDatabase.create();
    private final ApplicationContextRunner application =
            Runners.on(database).withPropertyValues("eventsource.subscriptions.defaults.retry-delay=100ms");

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
    void isUpWithTheVersionOfTheSchemaAndTheStateOfEachSubscription() {
        application
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}))
                .run(context -> {
                    append(context);

                    await().untilAsserted(() -> assertThatDetails(context)
                            .containsEntry("schemaVersion", SchemaMigrator.requiredVersion())
                            .extractingByKey("subscriptions", MAP)
                            .extractingByKey("deposits", MAP)
                            .containsEntry("position", 1L)
                            .containsEntry("lag", 0L)
                            .doesNotContainKeys("failures", "error"));
                    assertThat(status(context)).isEqualTo("UP");
                });
    }

    @Test
    void isUpWithoutSubscriptions() {
        application
                .withPropertyValues("eventsource.subscriptions.enabled=false")
                .run(context -> {
                    assertThat(status(context)).isEqualTo("UP");
                    assertThatDetails(context).doesNotContainKey("subscriptions");
                });
    }

    @Test
    void isAbsentWhenItIsSwitchedOff() {
        application
                .withPropertyValues("management.health.eventsource.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(EventSourceHealthIndicator.class));
    }

    @Test
    void isDownNamingMissingTables() {
        application.run(context -> {
            database.jdbc().execute("DROP TABLE eventsource.snapshots");
            database.jdbc().execute("DROP TABLE eventsource.event_outbox");

            assertThat(status(context)).isEqualTo("DOWN");
            assertThatDetails(context).containsEntry("missingTables", List.of("event_outbox", "snapshots"));
        });
    }

    @Test
    void isDownWhereTheMigrationsHaveNeverRun() {
        application.withPropertyValues("eventsource.migration.enabled=false").run(context -> {
            assertThat(status(context)).isEqualTo("DOWN");
            assertThatDetails(context).containsEntry("schemaVersion", 0).containsKey("missingTables");
        });
    }

    @Test
    void isDownWhenTheInstalledSchemaIsOlder() {
        application.run(context -> {
            int required = SchemaMigrator.requiredVersion();
            database.jdbc()
                    .update(
                            "DELETE FROM eventsource.eventsource_schema_history WHERE version = ?",
                            Integer.toString(required));

            assertThat(status(context)).isEqualTo("DOWN");
            assertThatDetails(context)
                    .containsEntry("schemaVersion", required - 1)
                    .containsEntry("requiredSchemaVersion", required);
        });
    }

    @Test
    void isDownWhenTheDatabaseIsGone() {
        application
                .withPropertyValues("spring.datasource.hikari.connection-timeout=300")
                .run(context -> {
                    assertThat(status(context)).isEqualTo("UP");

                    database.close();

                    assertThat(status(context)).isEqualTo("DOWN");
                    assertThatDetails(context).containsKey("error");
                });
    }

    @Test
    void isDownWhenTheSubscriptionsHaveBeenStopped() {
        application
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}))
                .run(context -> {
                    context.getBean(SubscriptionManager.class).stop(Duration.ofSeconds(10));

                    assertThat(status(context)).isEqualTo("DOWN");
                    assertThatDetails(context).containsEntry("reason", "not every subscription is running");
                });
    }

    @Test
    void isDegradedWhileAHandlerFailsAndUpAgainAfterwards() {
        AtomicBoolean failing = new AtomicBoolean(true);
        application
                .withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> {
                            if (failing.get()) {
                                throw new IllegalStateException("told to fail");
                            }
                        }))
                .run(context -> {
                    append(context);

                    await().untilAsserted(() -> assertThat(status(context)).isEqualTo("DEGRADED"));
                    assertThatDetails(context)
                            .containsEntry("reason", "a handler fails and is tried again")
                            .extractingByKey("subscriptions", MAP)
                            .extractingByKey("deposits", MAP)
                            .containsEntry("error", IllegalStateException.class.getName())
                            .containsKey("failures");

                    failing.set(false);

                    await().untilAsserted(() -> assertThat(status(context)).isEqualTo("UP"));
                    assertThatDetails(context).doesNotContainKey("reason");
                });
    }

    @Test
    void isDownWhileASubscriptionHasStoppedAtAnEventAndUpAgainAfterwards() {
        AtomicBoolean failing = new AtomicBoolean(true);
        application
                .withPropertyValues(
                        "eventsource.subscriptions.defaults.continue-on-error=false",
                        "eventsource.subscriptions.defaults.max-retries=0")
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
                    assertThatDetails(context).doesNotContainKey("reason");
                });
    }

    @ParameterizedTest
    @CsvSource({
        "true, a subscription waits for something that every event needs and that is away",
        "false, a handler fails and is tried again"
    })
    void isDegradedWhileWhatEveryEventNeedsIsAwayAndUpAgainAfterwards(boolean breaker, String reason) {
        AtomicBoolean away = new AtomicBoolean(true);
        AtomicInteger attempts = new AtomicInteger();
        application
                .withPropertyValues(
                        "eventsource.subscriptions.defaults.circuit-breaker.enabled=" + breaker,
                        "eventsource.subscriptions.defaults.circuit-breaker.failure-threshold=2",
                        "eventsource.subscriptions.defaults.circuit-breaker.open-for=300ms",
                        "eventsource.subscriptions.defaults.circuit-breaker.max-open-for=400ms")
                .withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> {
                            attempts.incrementAndGet();
                            if (away.get()) {
                                throw new DataAccessResourceFailureException("told to be away");
                            }
                        }))
                .run(context -> {
                    append(context);

                    await().untilAsserted(() -> {
                        assertThat(status(context)).isEqualTo("DEGRADED");
                        assertThat(attempts).hasValueGreaterThan(2);
                        assertThatDetails(context).containsEntry("reason", reason);
                    });

                    away.set(false);

                    await().untilAsserted(() -> assertThat(status(context)).isEqualTo("UP"));
                    assertThatDetails(context).doesNotContainKey("reason");
                    assertThat(database.count("SELECT count(*) FROM eventsource.dead_letter_queue"))
                            .isZero();
                });
    }

    @Test
    void isDegradedNamingWhoHoldsTheLogAndUpAgainAfterwards() {
        application
                .withPropertyValues("eventsource.subscriptions.stall-threshold=1s")
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}))
                .run(context -> {
                    append(context);
                    try (Connection hung = database.connect();
                            Statement statement = hung.createStatement()) {
                        hung.setAutoCommit(false);
                        int pid = pid(statement);
                        insertOneEvent(statement);
                        append(context);

                        await().untilAsserted(() -> assertThat(status(context)).isEqualTo("DEGRADED"));
                        assertThatDetails(context)
                                .containsEntry("reason", "an open transaction holds the head of the log")
                                .extractingByKey("hole", MAP)
                                .containsEntry("behind", 1L)
                                .extractingByKey("transactions")
                                .asInstanceOf(list(Map.class))
                                .singleElement()
                                .satisfies(transaction ->
                                        assertThat(transaction.get("pid")).isEqualTo(pid));

                        hung.rollback();
                    }

                    await().untilAsserted(() -> assertThat(status(context)).isEqualTo("UP"));
                    assertThatDetails(context).doesNotContainKeys("reason", "hole");
                });
    }

    @Test
    void namesWhoHoldsTheLogBeforeTheStallThresholdAndStaysUp() {
        application
                .withPropertyValues("eventsource.subscriptions.stall-threshold=1h")
                .run(context -> {
                    append(context);
                    try (Connection hung = database.connect();
                            Statement statement = hung.createStatement()) {
                        hung.setAutoCommit(false);
                        insertOneEvent(statement);
                        append(context);

                        await().untilAsserted(() ->
                                assertThatDetails(context).containsKey("hole").doesNotContainKey("reason"));
                        assertThat(status(context)).isEqualTo("UP");
                        hung.rollback();
                    }
                });
    }

    @Test
    void listsTenTransactionsThatHoldTheLogAndCountsTheOthers() {
        application.run(context -> {
            append(context);
            List<Connection> hung = new ArrayList<>();
            try {
                for (int i = 0; i < 12; i++) {
                    Connection connection = database.connect();
                    hung.add(connection);
                    connection.setAutoCommit(false);
                    insertOneEvent(connection.createStatement());
                }
                append(context);

                await().untilAsserted(() -> assertThatDetails(context)
                        .extractingByKey("hole", MAP)
                        .containsEntry("furtherTransactions", 2)
                        .extractingByKey("transactions")
                        .asInstanceOf(list(Map.class))
                        .hasSize(10));
            } finally {
                for (Connection connection : hung) {
                    connection.close();
                }
            }
        });
    }

    @Test
    void saysLessAboutTransactionsWhereTheRoleMayNotSeeThem() {
        String role = "plain_" + database.name();
        application.run(migrated -> append(migrated));
        database.jdbc().execute("CREATE ROLE " + role + " LOGIN PASSWORD 'plain'");
        database.jdbc().execute("GRANT USAGE ON SCHEMA eventsource TO " + role);
        database.jdbc().execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA eventsource TO " + role);
        try {
            application
                    .withPropertyValues(
                            "eventsource.migration.enabled=false",
                            "spring.datasource.username=" + role,
                            "spring.datasource.password=plain")
                    .run(context -> {
                        try (Connection hung = database.connect();
                                Statement statement = hung.createStatement()) {
                            hung.setAutoCommit(false);
                            insertOneEvent(statement);
                            append(context);

                            await().untilAsserted(() -> assertThatDetails(context)
                                    .extractingByKey("hole", MAP)
                                    .extractingByKey("transactions")
                                    .asInstanceOf(list(Map.class))
                                    .singleElement()
                                    .satisfies(transaction -> {
                                        assertThat(transaction.get("pid")).isNotNull();
                                        assertThat(transaction.get("user")).isNotNull();
                                        assertThat(transaction.get("state")).isNull();
                                        assertThat(transaction.get("age")).isNull();
                                    }));
                            hung.rollback();
                        }
                    });
        } finally {
            database.jdbc().execute("DROP OWNED BY " + role);
            database.jdbc().execute("DROP ROLE " + role);
        }
    }

    @Test
    void staysUpAndSaysSoWhileOtherInstancesAreNotHeard() {
        application
                .withPropertyValues("eventsource.subscriptions.heartbeat=100ms")
                .run(context -> {
                    await().untilAsserted(() -> assertThatDetails(context)
                            .extractingByKey("wakeUp", MAP)
                            .containsEntry("connected", true)
                            .doesNotContainKey("lastError"));

                    database.jdbc()
                            .queryForList(
                                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'eventsource-listener' AND datname = ?",
                                    database.name());

                    await().untilAsserted(() -> assertThatDetails(context)
                            .extractingByKey("wakeUp", MAP)
                            .containsKeys("lastError", "lastErrorAt"));
                    assertThat(status(context)).isEqualTo("UP");
                });
    }

    static void insertOneEvent(Statement statement) throws SQLException {
        statement.execute(
                """
                INSERT INTO eventsource.events (event_id, append_id, aggregate_id, aggregate_type, version,
                    event_type, bucket, "timestamp", payload)
                SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), aggregate_type, 1,
                    event_type, bucket, "timestamp", payload FROM eventsource.events LIMIT 1""");
    }

    private static int pid(Statement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery("SELECT pg_backend_pid()")) {
            result.next();
            return result.getInt(1);
        }
    }
}
