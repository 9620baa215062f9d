package io.eventsource.schema;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The complete schema as one SQL file. It is made from the migrations, and from the history that they leave in a migrated
 * database, since only Flyway knows its checksums.
 */
final class SchemaScript {

    static final Path FILE = Path.of("src/main/resources/db/eventsource-schema.sql");

    private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration/eventsource");

    private static final String HEAD =
            """
            -- The library's tables in the schema eventsource, and the record that lets its migrator go on from here.
            -- Made from the migrations in db/migration/eventsource, so do not edit it: CONTRIBUTING.md says how to make it anew.
            -- Run it as the role that shall own the tables, all or nothing:
            --   psql -X -v ON_ERROR_STOP=1 --single-transaction -f eventsource-schema.sql
            -- It needs no extension and no superuser, only CREATE on the database. (Where the schema exists, and CREATE on it is
            -- all that the role has, leave out the next line.)
            CREATE SCHEMA IF NOT EXISTS eventsource;
            """;

    private static final String HISTORY =
            """

            -- What the migrator reads to know what is here: a row for each migration above.
            CREATE TABLE eventsource.eventsource_schema_history (
                installed_rank integer       NOT NULL,
                version        varchar(50),
                description    varchar(200)  NOT NULL,
                type           varchar(20)   NOT NULL,
                script         varchar(1000) NOT NULL,
                checksum       integer,
                installed_by   varchar(100)  NOT NULL,
                installed_on   timestamp     NOT NULL DEFAULT now(),
                execution_time integer       NOT NULL,
                success        boolean       NOT NULL,
                CONSTRAINT eventsource_schema_history_pk PRIMARY KEY (installed_rank)
            );

            CREATE INDEX eventsource_schema_history_s_idx ON eventsource.eventsource_schema_history (success);

            INSERT INTO eventsource.eventsource_schema_history
                   (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
            VALUES
            """;

    private SchemaScript() {}

    private record Applied(int rank, String version, String description, String script, int checksum) {}

    /**
     * The script of the migrations up to a version.
     *
     * @param migrated a database in which they were all run
     */
    static String upTo(int version, JdbcTemplate migrated) {
        List<Applied> applied = migrated.query(
                """
                SELECT installed_rank, version, description, script, checksum FROM eventsource.eventsource_schema_history
                 WHERE type = 'SQL' AND success AND version::integer <= ? ORDER BY version::integer""",
                (row, number) ->
                        new Applied(row.getInt(1), row.getString(2), row.getString(3), row.getString(4), row.getInt(5)),
                version);
        return HEAD
                + applied.stream()
                        .map(migration -> "\n-- " + migration.script() + "\n\n" + sql(migration.script()))
                        .collect(Collectors.joining())
                + HISTORY
                + applied.stream().map(SchemaScript::row).collect(Collectors.joining(",\n", "", ";\n"));
    }

    private static String sql(String script) {
        try {
            return Files.readString(MIGRATIONS.resolve(script)).replace("${flyway:defaultSchema}", "eventsource");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String row(Applied migration) {
        return "    (%d, '%s', '%s', 'SQL', '%s', %d, current_user, 0, true)"
                .formatted(
                        migration.rank(),
                        migration.version(),
                        migration.description(),
                        migration.script(),
                        migration.checksum());
    }
}
