package io.eventsource.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eventsource.jdbc.EventDatabase;
import io.eventsource.log.HighWaterMark;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.Threads;
import io.eventsource.time.Clocks;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@OnEachPostgres
class SchemaMigratorIT {

    private final TestDatabase database;

    SchemaMigratorIT(TestDatabase server) {
        this.database = server.neighbour();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private SchemaMigrator migrator(String schema) {
        return new SchemaMigrator(database.dataSource(), new EventSourceSchema(schema));
    }

    private SchemaMigrator.Status inspect(String schema) {
        return SchemaMigrator.inspect(database.jdbc(), new EventSourceSchema(schema));
    }

    private AppendResult append(String schema) {
        EventSourceSchema there = new EventSourceSchema(schema);
        return EventStore.postgres(
                        new EventDatabase(database.dataSource(), there, TestEvents.codec(), Clocks.system()),
                        HighWaterMark.of(database.dataSource(), there, Clock.systemUTC()),
                        new LogSignal(),
                        TestDatabase.SETTINGS,
                        Runnable::run,
                        EventStore.timeOrderedIds(Clock.systemUTC(), new SecureRandom()))
                .append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)));
    }

    @Test
    void an_empty_database_lacks_all_tables_and_a_migrated_one_none() {
        assertThat(inspect("eventsource").missingTables()).hasSize(14);
        assertThat(inspect("eventsource").installedVersion()).isZero();
        SchemaMigrator migrator = migrator("eventsource");

        assertThat(migrator.migrate())
                .isEqualTo(SchemaMigrator.requiredVersion())
                .isPositive();

        assertThat(inspect("eventsource"))
                .isEqualTo(new SchemaMigrator.Status(List.of(), SchemaMigrator.requiredVersion()));
        assertThat(append("eventsource").firstPosition()).isEqualTo(1);
    }

    @Test
    void a_migration_takes_as_long_as_it_needs_whatever_the_limit_of_the_connections() {
        database.jdbc().execute("ALTER DATABASE %s SET statement_timeout = '500ms'".formatted(database.name()));
        database.jdbc()
                .execute(
                        """
                        CREATE FUNCTION slow() RETURNS event_trigger LANGUAGE plpgsql
                            AS 'BEGIN PERFORM pg_catalog.pg_sleep(0.7); END'""");
        database.jdbc()
                .execute(
                        "CREATE EVENT TRIGGER slow ON ddl_command_start WHEN TAG IN ('CREATE TRIGGER') EXECUTE FUNCTION slow()");
        database.dataSource().getHikariPoolMXBean().softEvictConnections();

        migrator("eventsource").migrate();

        assertThat(inspect("eventsource").installedVersion()).isEqualTo(SchemaMigrator.requiredVersion());
        assertThat(database.jdbc().queryForObject("SHOW statement_timeout", String.class))
                .isEqualTo("500ms");
    }

    @Test
    void a_second_run_does_nothing() {
        migrator("eventsource").migrate();
        assertThat(migrator("eventsource").migrate()).isZero();
        assertThat(inspect("eventsource").installedVersion()).isEqualTo(SchemaMigrator.requiredVersion());
    }

    @Test
    void four_instances_that_start_at_once_migrate_once() {
        for (int round = 0; round < 3; round++) {
            String schema = "together" + round;

            List<Integer> run = Threads.race(4, () -> migrator(schema).migrate());

            assertThat(run.stream().mapToInt(Integer::intValue).sum()).isEqualTo(SchemaMigrator.requiredVersion());
            assertThat(inspect(schema).missingTables()).isEmpty();
        }
    }

    @Test
    void a_schema_of_another_name_holds_everything() {
        migrator("my_events").migrate();

        assertThat(append("my_events").firstPosition()).isEqualTo(1);
        assertThat(inspect("eventsource").missingTables()).hasSize(14);
        assertThat(database.jdbc()
                        .queryForList(
                                "SELECT nspname FROM pg_namespace WHERE nspname IN ('eventsource', 'my_events')",
                                String.class))
                .containsExactly("my_events");
    }

    @Test
    void a_name_is_refused_exactly_when_postgresql_reserves_it() {
        for (String word : database.jdbc()
                .queryForList("SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')", String.class)) {
            assertThatIllegalArgumentException().as(word).isThrownBy(() -> new EventSourceSchema(word));
        }
        for (String word : database.jdbc()
                .queryForList("SELECT word FROM pg_get_keywords() WHERE catcode IN ('U', 'C')", String.class)) {
            // reserved by the newest version at least
            if (!word.equals("system_user")) {
                assertThat(new EventSourceSchema(word).name()).isEqualTo(word);
            }
        }
    }

    @Test
    void two_schemas_in_one_database_do_not_disturb_each_other() {
        migrator("one").migrate();
        migrator("two").migrate();
        append("one");
        assertThat(append("two").firstPosition()).isEqualTo(1);
    }

    @Test
    void the_schema_public_may_already_hold_tables_of_the_user() {
        database.jdbc().execute("CREATE TABLE orders (id bigint)");
        database.jdbc().execute("CREATE TABLE flyway_schema_history (installed_rank int)");

        assertThat(migrator("public").migrate()).isEqualTo(SchemaMigrator.requiredVersion());
        assertThat(migrator("public").migrate()).isZero();

        assertThat(append("public").firstPosition()).isEqualTo(1);
        assertThat(database.jdbc().queryForList("SELECT * FROM orders")).isEmpty();
    }

    @Test
    void what_the_user_added_to_the_events_table_survives() {
        migrator("eventsource").migrate();
        append("eventsource");
        database.jdbc().execute("ALTER TABLE eventsource.events ADD COLUMN note text DEFAULT 'mine'");
        database.jdbc().execute("CREATE INDEX events_mine ON eventsource.events (event_type, note)");

        assertThat(migrator("eventsource").migrate()).isZero();
        append("eventsource");

        assertThat(database.jdbc().queryForList("SELECT note FROM eventsource.events", String.class))
                .containsExactly("mine", "mine");
        assertThat(database.jdbc().queryForList("SELECT 1 FROM pg_indexes WHERE indexname = 'events_mine'"))
                .hasSize(1);
    }
}
