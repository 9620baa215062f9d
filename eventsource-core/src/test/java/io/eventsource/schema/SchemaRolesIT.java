package io.eventsource.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.event.EventEnvelope;
import io.eventsource.ground.GroundInspector;
import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.log.HighWaterMark;
import io.eventsource.outbox.OutboxRows;
import io.eventsource.projection.EventHandlers;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.StreamQuery;
import io.eventsource.subscription.InstanceSettings;
import io.eventsource.subscription.SubscriptionDefinition;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionSettings;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What logins can and cannot do that have the roles of {@code docs/roles.sql}. */
@OnEachPostgres
class SchemaRolesIT {

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final TestDatabase database;
    private final String application;
    private final String reader;
    private final HikariDataSource asApplication;
    private final HikariDataSource asReader;

    SchemaRolesIT(TestDatabase server) throws IOException {
        this.database = TestDatabase.migrated(server.major());
        this.application = "application_of_" + database.name();
        this.reader = "reader_of_" + database.name();
        String roles = Files.readString(Path.of("../docs/roles.sql"));
        database.jdbc().execute(roles);
        // may be run again
        database.jdbc().execute(roles);
        database.jdbc().execute("CREATE ROLE " + application + " LOGIN IN ROLE eventsource_application");
        database.jdbc().execute("CREATE ROLE " + reader + " LOGIN IN ROLE eventsource_reader");
        this.asApplication = database.dataSourceOf(application);
        this.asReader = database.dataSourceOf(reader);
    }

    @AfterEach
    void close() {
        asApplication.close();
        asReader.close();
        database.jdbc().execute("DROP ROLE " + application);
        database.jdbc().execute("DROP ROLE " + reader);
        database.jdbc().execute("DROP OWNED BY eventsource_application, eventsource_reader, eventsource_operator");
        database.jdbc().execute("DROP ROLE eventsource_application, eventsource_reader, eventsource_operator");
        database.close();
    }

    private static StreamAppend deposit(UUID account, ExpectedVersion expected) {
        return StreamAppend.to("account", account, new Deposited(1)).expecting(expected);
    }

    private static void assertRefused(DataSource dataSource, String statement) {
        assertThatThrownBy(() -> new JdbcTemplate(dataSource).execute(statement))
                .as(statement)
                .rootCause()
                .isInstanceOfSatisfying(SQLException.class, refusal -> assertThat(refusal.getSQLState())
                        .isEqualTo(INSUFFICIENT_PRIVILEGE));
    }

    @Test
    void the_application_writes_rows_of_the_outbox_and_looks_after_them_once_the_owner_has_switched_them_on() {
        OutboxRows rows = new OutboxRows(asApplication, TestDatabase.SCHEMA);
        rows.register("bank", Set.of("deposited"));
        assertThatThrownBy(rows::switchOn).hasMessageContaining("SELECT eventsource.outbox_rows(true)");
        database.jdbc().queryForList("SELECT eventsource.outbox_rows(true)");
        rows.switchOn();

        TestDatabase.store(asApplication).append(deposit(UUID.randomUUID(), ExpectedVersion.noStream()));
        new JdbcTemplate(asApplication)
                .update(
                        """
                        UPDATE eventsource.event_outbox SET status = 'published', published_at = clock_timestamp() - interval '8 days'""");

        assertThat(rows.mark(List.of("bank"))).isZero();
        assertThat(rows.deletePublished(Duration.ofDays(7))).isEqualTo(1);
    }

    @Test
    void the_application_appends_in_every_way_and_reads() {
        EventStore store = TestDatabase.store(asApplication);
        UUID account = UUID.randomUUID();
        UUID other = UUID.randomUUID();

        AppendResult first = store.append(deposit(account, ExpectedVersion.noStream()));
        store.append(deposit(account, ExpectedVersion.any()));
        store.append(deposit(account, ExpectedVersion.exact(2)));
        store.append(
                List.of(deposit(account, ExpectedVersion.streamExists()), deposit(other, ExpectedVersion.noStream())));
        new TransactionTemplate(new JdbcTransactionManager(asApplication))
                .executeWithoutResult(transaction -> store.append(deposit(account, ExpectedVersion.exact(4))));
        store.load(Stream.of(deposit(UUID.randomUUID(), ExpectedVersion.noStream())), progress -> {});

        assertThat(first.firstPosition()).isEqualTo(1);
        assertThat(store.readStream(StreamQuery.of(account))).hasSize(5);
    }

    @Test
    void the_application_subscribes_publishes_the_mark_and_sees_that_the_schema_is_there() {
        HighWaterMark mark = HighWaterMark.of(asApplication, TestDatabase.SCHEMA, Clock.systemUTC());
        LogSignal signal = new LogSignal();
        List<Long> handled = new CopyOnWriteArrayList<>();
        SubscriptionManager manager = SubscriptionManager.builder(TestDatabase.events(asApplication), mark, signal)
                .settings(InstanceSettings.defaults().withPollInterval(Duration.ofMillis(50)))
                .build(List.of(new SubscriptionDefinition(
                        new Collecting(handled),
                        SubscriptionSettings.builder().batchSize(100).build(),
                        new JdbcTransactionManager(asApplication))));
        manager.start();
        try {
            TestDatabase.store(asApplication, TestEvents.codec(), mark, signal)
                    .append(deposit(UUID.randomUUID(), ExpectedVersion.noStream()));

            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                assertThat(handled).containsExactly(1L);
                assertThat(database.jdbc()
                                .queryForList("SELECT position FROM eventsource.projection_checkpoints", Long.class))
                        .containsExactly(1L);
                assertThat(database.jdbc().queryForList("SELECT position FROM eventsource.high_water_mark", Long.class))
                        .containsExactly(1L);
            });
            assertThat(database.jdbc().queryForList("SELECT incarnation FROM eventsource.log_incarnation"))
                    .hasSize(1);
        } finally {
            assertThat(manager.stop(Duration.ofSeconds(10))).isTrue();
        }
        assertThat(mark.writers()).isEmpty();
        assertThat(SchemaMigrator.inspect(new JdbcTemplate(asApplication), TestDatabase.SCHEMA))
                .isEqualTo(new SchemaMigrator.Status(List.of(), SchemaMigrator.requiredVersion()));
    }

    @Test
    void the_application_changes_no_history_and_makes_no_tables() {
        TestDatabase.store(asApplication).append(deposit(UUID.randomUUID(), ExpectedVersion.noStream()));

        for (String statement : List.of(
                "UPDATE eventsource.events SET tenant_id = 'x'",
                "DELETE FROM eventsource.events",
                "TRUNCATE eventsource.events",
                "ALTER TABLE eventsource.events DISABLE TRIGGER events_refuse_change",
                "SET session_replication_role = replica",
                "DROP TABLE eventsource.events",
                "SELECT setval('eventsource.events_position_seq', 1)",
                "SELECT nextval('eventsource.events_position_seq')",
                "INSERT INTO eventsource.events (position, event_id) OVERRIDING SYSTEM VALUE VALUES (7, NULL)",
                "INSERT INTO eventsource.events (created_at, event_id) VALUES (now(), NULL)",
                "COPY eventsource.events (position) FROM STDIN",
                "UPDATE eventsource.high_water_mark SET position = 1000",
                "UPDATE eventsource.high_water_mark SET published_at = now()",
                "INSERT INTO eventsource.high_water_mark DEFAULT VALUES",
                "SELECT * FROM eventsource.repair_positions(true)",
                "DELETE FROM eventsource.event_streams",
                "DELETE FROM eventsource.high_water_mark",
                "DELETE FROM eventsource.log_incarnation",
                "UPDATE eventsource.log_incarnation SET incarnation = NULL",
                "DELETE FROM eventsource.terminated_transactions",
                "UPDATE eventsource.terminated_transactions SET reason = 'another'",
                "UPDATE eventsource.eventsource_schema_history SET success = false",
                "CREATE TABLE eventsource.mine (id bigint)",
                "CREATE TABLE public.mine (id bigint)",
                "CREATE SCHEMA mine")) {
            assertRefused(asApplication, statement);
        }
        assertThat(database.jdbc().queryForList("SELECT position FROM eventsource.events", Long.class))
                .containsExactly(1L);
    }

    private static List<String> findings(DataSource dataSource) {
        return new GroundInspector(new JdbcTemplate(dataSource), TestDatabase.SCHEMA, List.of())
                .inspectSchema().findings().stream().map(Finding::describe).toList();
    }

    @Test
    void the_roles_leave_nothing_to_find_and_what_is_granted_beyond_them_is_named() {
        assertThat(findings(asApplication)).isEmpty();

        database.jdbc()
                .execute(
                        """
                        GRANT INSERT, UPDATE, TRUNCATE ON eventsource.events TO eventsource_application;
                        GRANT UPDATE ON eventsource.high_water_mark TO eventsource_application;
                        GRANT UPDATE ON SEQUENCE eventsource.events_position_seq TO eventsource_application;
                        REVOKE INSERT ON eventsource.event_streams FROM eventsource_application;
                        REVOKE EXECUTE ON FUNCTION eventsource.publish_high_water_mark(bigint) FROM eventsource_application""");
        assertThat(findings(asApplication))
                .hasSize(2)
                .anySatisfy(finding -> assertThat(finding)
                        .startsWith("rights-too-wide: The user " + application)
                        .contains(
                                "INSERT (position) ON eventsource.events",
                                "UPDATE ON eventsource.events",
                                "TRUNCATE ON eventsource.events",
                                "UPDATE ON eventsource.high_water_mark",
                                "UPDATE ON SEQUENCE eventsource.events_position_seq"))
                .anySatisfy(finding -> assertThat(finding)
                        .startsWith("rights-missing: The user " + application)
                        .contains(
                                "GRANT INSERT ON eventsource.event_streams TO " + application,
                                "GRANT EXECUTE ON FUNCTION eventsource.publish_high_water_mark(bigint) TO "
                                        + application));
        assertThat(findings(asReader))
                .anySatisfy(finding -> assertThat(finding).contains("INSERT (event_id, append_id"));
        assertRefused(asReader, "SELECT eventsource.publish_high_water_mark(1)");
    }

    @Test
    void the_reader_reads_every_table_and_writes_none() {
        UUID account = UUID.randomUUID();
        TestDatabase.store(asApplication).append(deposit(account, ExpectedVersion.noStream()));

        assertThat(TestDatabase.store(asReader).readStream(StreamQuery.of(account)))
                .hasSize(1);
        List<String> tables = database.jdbc()
                .queryForList("SELECT tablename FROM pg_tables WHERE schemaname = 'eventsource'", String.class);
        assertThat(tables).hasSize(15);
        for (String table : tables) {
            new JdbcTemplate(asReader).queryForList("SELECT * FROM eventsource." + table);
            assertRefused(asReader, "INSERT INTO eventsource." + table + " DEFAULT VALUES");
            assertRefused(asReader, "DELETE FROM eventsource." + table);
        }
        assertThatThrownBy(() -> TestDatabase.store(asReader).append(deposit(account, ExpectedVersion.any())))
                .rootCause()
                .hasMessageContaining("permission denied");
    }

    private record Collecting(List<Long> positions) implements EventHandlers {

        @Override
        public String name() {
            return "collecting";
        }

        @Override
        public Set<String> eventTypes() {
            return Set.of("deposited");
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            positions.add(event.position());
        }
    }
}
