package io.eventsource.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** The schema as one SQL file. With {@code -Dschema.script.write=true} the file is made before it is tested. */
@OnEachPostgres
class SchemaScriptIT {

    private static final String REGENERATE =
            "mvn -B -ntp verify -pl eventsource-core -am -Dmaven.javadoc.skip -Dtest=None -Dit.test=SchemaScriptIT"
                    + " -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false"
                    + " -Dschema.script.write=true";

    private final TestDatabase migrated;
    private final TestDatabase empty;

    SchemaScriptIT(TestDatabase migrated) throws IOException {
        this.migrated = migrated;
        this.empty = migrated.neighbour();
        if (Boolean.getBoolean("schema.script.write")) {
            Files.writeString(SchemaScript.FILE, SchemaScript.upTo(SchemaMigrator.requiredVersion(), migrated.jdbc()));
        }
    }

    @AfterEach
    void close() {
        empty.close();
    }

    private static String script() throws IOException {
        return Files.readString(SchemaScript.FILE);
    }

    @Test
    void the_file_is_what_the_migrations_say() throws IOException {
        assertThat(script())
                .as("%s is not what the migrations say. Make it anew: %s", SchemaScript.FILE, REGENERATE)
                .isEqualTo(SchemaScript.upTo(SchemaMigrator.requiredVersion(), migrated.jdbc()));
    }

    @Test
    void it_makes_the_same_objects_as_the_migrations() throws IOException {
        empty.jdbc().execute(script());

        List<String> objects = Catalogue.of(empty.jdbc());
        assertThat(objects).isEqualTo(Catalogue.of(migrated.jdbc()));
        assertThat(objects)
                .anyMatch(line -> line.startsWith("relation events kind r"))
                .anyMatch(line -> line.startsWith("constraint events_aggregate_id_version_key on events: UNIQUE"))
                .anyMatch(line -> line.contains("FUNCTION eventsource.append_group("))
                .anyMatch(line -> line.startsWith("trigger on events enabled O"));
    }

    @Test
    void the_migrator_has_nothing_to_do_afterwards() throws IOException {
        empty.jdbc().execute(script());

        assertThat(new SchemaMigrator(empty.dataSource(), TestDatabase.SCHEMA).migrate())
                .isZero();

        assertThat(SchemaMigrator.inspect(empty.jdbc(), TestDatabase.SCHEMA))
                .isEqualTo(new SchemaMigrator.Status(List.of(), SchemaMigrator.requiredVersion()));
    }

    @Test
    void the_migrator_goes_on_from_the_file_of_an_earlier_version() {
        int earlier = Objects.requireNonNull(migrated.jdbc()
                .queryForObject(
                        """
                        SELECT version::integer FROM eventsource.eventsource_schema_history
                         WHERE type = 'SQL' ORDER BY version::integer DESC OFFSET 2 LIMIT 1""",
                        Integer.class));
        empty.jdbc().execute(SchemaScript.upTo(earlier, migrated.jdbc()));

        assertThat(new SchemaMigrator(empty.dataSource(), TestDatabase.SCHEMA).migrate())
                .isEqualTo(2);

        assertThat(Catalogue.of(empty.jdbc())).isEqualTo(Catalogue.of(migrated.jdbc()));
    }

    @Test
    void it_needs_no_extension_and_no_superuser_and_makes_a_store_that_works() throws IOException {
        JdbcTemplate administrator = empty.jdbc();
        String role = "owner_of_" + empty.name();
        administrator.execute("CREATE ROLE " + role + " LOGIN NOSUPERUSER");
        administrator.execute("GRANT CREATE ON DATABASE " + empty.name() + " TO " + role);
        try (HikariDataSource owner = empty.dataSourceOf(role)) {
            new JdbcTemplate(owner).execute(script());

            assertThat(TestDatabase.store(owner)
                            .append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)))
                            .firstPosition())
                    .isEqualTo(1);
        }
        assertThat(administrator.queryForList("SELECT extname FROM pg_extension", String.class))
                .containsExactly("plpgsql");
        administrator.execute("DROP OWNED BY " + role + " CASCADE");
        administrator.execute("DROP ROLE " + role);
    }
}
