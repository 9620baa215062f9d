package io.eventsource.autoconfigure.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Indicators;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.ground.GroundReport.GroundException;
import io.eventsource.log.HighWaterMark;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** What an application does whose database is not as the guarantees assume: when it starts, and while it runs. */
@ExtendWith(OutputCaptureExtension.class)
class GroundIT {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final TestDatabase database = TestDatabase.migrated();

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private void assertRefused(String code, String evidence) {
        Runners.on(database).run(context -> {
            assertThat(context).hasFailed();
            assertThat(context.getStartupFailure())
                    .rootCause()
                    .isInstanceOfSatisfying(GroundException.class, refusal -> {
                        assertThat(refusal.findings())
                                .extracting(each -> each.code())
                                .contains(code);
                        FailureAnalysis analysis = Objects.requireNonNull(new GroundFailureAnalyzer().analyze(refusal));
                        assertThat(analysis.getDescription()).contains(code, evidence);
                        assertThat(analysis.getAction()).isNotBlank();
                    });
        });
    }

    private static Health health(BeanFactory context) {
        return Indicators.health(context, "eventsource");
    }

    @Test
    void a_server_of_another_name_is_refused_before_anything_is_migrated() {
        try (TestDatabase empty = TestDatabase.create()) {
            empty.jdbc().execute("ALTER FUNCTION pg_catalog.version() RENAME TO version_of_postgresql");
            empty.jdbc()
                    .execute(
                            """
                            CREATE FUNCTION pg_catalog.version() RETURNS text LANGUAGE sql STABLE AS $$
                                SELECT 'PostgreSQL 15.2-YB-2.25.0.0-b0 on x86_64-pc-linux-gnu, compiled by clang, 64-bit'::text $$""");

            Runners.on(empty).run(context -> assertThat(context)
                    .getFailure()
                    .rootCause()
                    .isInstanceOf(GroundException.class)
                    .hasMessageContaining("The server is YugabyteDB"));
            assertThat(empty.tables("eventsource")).isEmpty();

            Runners.on(empty)
                    .withPropertyValues("eventsource.ground.accept=server-not-postgresql")
                    .run(context -> assertThat(context).hasNotFailed());
        }
    }

    @Test
    void a_cached_sequence_is_refused() {
        database.jdbc().execute("ALTER SEQUENCE eventsource.events_position_seq CACHE 32");
        assertRefused("sequence-cached", "cache of the sequence eventsource.events_position_seq is 32");
    }

    @Test
    void a_missing_trigger_is_refused_unless_it_is_accepted(CapturedOutput output) {
        database.jdbc().execute("DROP TRIGGER events_refuse_change ON eventsource.events");
        assertRefused("history-trigger", "is missing, disabled or another one");

        Runners.on(database)
                .withPropertyValues("eventsource.ground.accept=history-trigger")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(health(context).getStatus().getCode()).isEqualTo("UP");
                });
        assertThat(output).contains("history-trigger: The trigger events_refuse_change");
        Runners.on(database)
                .withPropertyValues("eventsource.ground.accept=sequence-cached")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("eventsource.ground.accept knows no finding 'sequence-cached'"));
    }

    @Test
    void a_log_copied_without_its_sequence_is_refused() {
        // what logical replication leaves behind: rows, and a sequence at its beginning
        database.jdbc()
                .execute(
                        """
                        INSERT INTO eventsource.events (position, event_id, append_id, aggregate_id, aggregate_type, version, event_type,
                               bucket, "timestamp", payload) OVERRIDING SYSTEM VALUE
                        SELECT i, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'Account', 1, 'Deposited', 0, now(), '{}'
                          FROM generate_series(1, 5) AS i""");
        assertRefused("sequence-behind", "is at 0, and the log has an event at position 5");
    }

    @Test
    void read_only_sessions_are_down_by_name_and_up_when_they_are_not_any_more(CapturedOutput output) {
        database.jdbc().execute("ALTER DATABASE " + database.name() + " SET default_transaction_read_only = on");
        Runners.on(database)
                .withPropertyValues("spring.datasource.hikari.max-lifetime=30000")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output).contains("read-only-session: default_transaction_read_only is on");
                    assertThat(health(context).getStatus().getCode()).isEqualTo("DOWN");
                    assertThat(health(context).getDetails().get("reason"))
                            .asString()
                            .contains("read-only-session", "spring.datasource.hikari.read-only=false");

                    database.jdbc()
                            .execute(
                                    "BEGIN; SET TRANSACTION READ WRITE; ALTER DATABASE %s RESET default_transaction_read_only; COMMIT"
                                            .formatted(database.name()));
                    context.getBean(HikariDataSource.class)
                            .getHikariPoolMXBean()
                            .softEvictConnections();
                    await().atMost(SOON).untilAsserted(() -> assertThat(
                                    health(context).getStatus().getCode())
                            .isEqualTo("UP"));
                });
    }

    @Test
    void a_role_without_rights_is_told_what_it_lacks(CapturedOutput output) {
        String role = "poor_of_" + database.name();
        database.jdbc().execute("CREATE ROLE %s LOGIN PASSWORD 'poor'".formatted(role));
        try {
            database.jdbc().execute("GRANT USAGE ON SCHEMA eventsource TO " + role);
            Runners.on(database)
                    .withPropertyValues(
                            "eventsource.migration.enabled=false",
                            "spring.datasource.username=" + role,
                            "spring.datasource.password=poor")
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        assertThat(output)
                                .contains(
                                        "rights-missing: The user " + role,
                                        "GRANT SELECT ON eventsource.events TO " + role);
                    });
        } finally {
            database.jdbc().execute("DROP OWNED BY " + role);
            database.jdbc().execute("DROP ROLE " + role);
        }
    }

    @Test
    void without_usage_of_the_schema_health_names_the_right_until_it_is_given_back() {
        String role = "shut_out_of_" + database.name();
        database.jdbc().execute("CREATE ROLE %s LOGIN PASSWORD 'shut'".formatted(role));
        String tables = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA eventsource TO ";
        database.jdbc().execute(tables + role);
        try {
            Runners.on(database)
                    .withPropertyValues(
                            "eventsource.migration.enabled=false",
                            "spring.datasource.username=" + role,
                            "spring.datasource.password=shut")
                    .run(context -> {
                        assertShutOut(context, "GRANT USAGE ON SCHEMA eventsource TO " + role);

                        database.jdbc().execute("GRANT USAGE ON SCHEMA eventsource TO " + role);
                        await().atMost(SOON).untilAsserted(() -> assertThat(
                                        health(context).getStatus().getCode())
                                .isEqualTo("UP"));

                        database.jdbc().execute("REVOKE USAGE ON SCHEMA eventsource FROM " + role);
                        assertShutOut(context, "GRANT USAGE ON SCHEMA eventsource TO " + role);

                        database.jdbc().execute("GRANT USAGE ON SCHEMA eventsource TO " + role);
                        database.jdbc().execute("REVOKE SELECT ON eventsource.eventsource_schema_history FROM " + role);
                        assertShutOut(context, "GRANT SELECT ON eventsource.eventsource_schema_history TO " + role);
                    });
        } finally {
            database.jdbc().execute("DROP OWNED BY " + role);
            database.jdbc().execute("DROP ROLE " + role);
        }
    }

    private static void assertShutOut(BeanFactory context, String reason) {
        Health health = health(context);
        assertThat(health.getStatus().getCode()).isEqualTo("DOWN");
        assertThat(health.getDetails().get("reason")).asString().contains(reason);
        assertThat(health.getDetails().get("error")).asString().contains("SQLSTATE 42501");
    }

    @Test
    void a_sequence_that_is_set_back_while_it_runs_is_down_until_the_positions_are_repaired(CapturedOutput output) {
        List<Long> handled = new CopyOnWriteArrayList<>();
        Runners.on(database)
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> handled.add(event.position())))
                .run(context -> {
                    EventStore store = context.getBean(EventStore.class);
                    for (int i = 0; i < 3; i++) {
                        store.append(deposit());
                    }
                    // a gap, as a rollback leaves it
                    database.jdbc().queryForList("SELECT setval('eventsource.events_position_seq', 20)");
                    store.append(deposit());
                    await().atMost(SOON).untilAsserted(() -> {
                        assertThat(handled).containsExactly(1L, 2L, 3L, 21L);
                        assertThat(database.count("SELECT position FROM eventsource.high_water_mark"))
                                .isEqualTo(21);
                    });
                    assertThat(health(context).getStatus().getCode()).isEqualTo("UP");

                    database.jdbc().queryForList("SELECT setval('eventsource.events_position_seq', 10)");
                    assertThat(store.append(deposit()).firstPosition()).isEqualTo(11);
                    await().atMost(SOON).untilAsserted(() -> {
                        assertThat(health(context).getStatus().getCode()).isEqualTo("DOWN");
                        assertThat(health(context).getDetails().get("reason"))
                                .asString()
                                .contains(
                                        "is at 11, and the log has an event at position 21", "repair_positions(true)");
                    });
                    assertThat(context.getBean(HighWaterMark.class).sequenceBehind())
                            .isNotNull();
                    assertThat(output).contains("appends are acknowledged at positions that subscriptions have passed");

                    assertThat(database.jdbc()
                                    .queryForList(
                                            "SELECT old_position FROM eventsource.repair_positions(true)", Long.class))
                            .containsExactly(11L);
                    store.append(deposit());
                    await().atMost(SOON).untilAsserted(() -> {
                        assertThat(handled).containsExactly(1L, 2L, 3L, 21L, 22L, 23L);
                        assertThat(health(context).getStatus().getCode()).isEqualTo("UP");
                    });
                });
    }

    private static StreamAppend deposit() {
        return StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1));
    }

    @Test
    void a_start_on_a_healthy_database_asks_two_statements_within_a_second() {
        List<String> statements = new CopyOnWriteArrayList<>();
        String[] properties = database.properties();
        DataSource recording = new DelegatingDataSource(database.dataSource()) {
            @Override
            public Connection getConnection() throws SQLException {
                Connection target = super.getConnection();
                return (Connection) Proxy.newProxyInstance(
                        getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                            if (method.getName().equals("prepareStatement")) {
                                statements.add((String) arguments[0]);
                            }
                            try {
                                return method.invoke(target, arguments);
                            } catch (InvocationTargetException failure) {
                                throw failure.getTargetException();
                            }
                        });
            }
        };
        Runners.on(database)
                .withBean(DataSource.class, () -> recording)
                .withPropertyValues(properties)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(statements.stream().filter(each -> each.contains("AS kind")))
                            .hasSize(2);
                    long begun = System.nanoTime();
                    context.getBean(io.eventsource.ground.GroundInspector.class).inspect();
                    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
                });
    }
}
