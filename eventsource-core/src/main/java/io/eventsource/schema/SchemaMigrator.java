package io.eventsource.schema;

import java.util.Arrays;
import java.util.Objects;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.output.MigrateResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the library's tables up to date: versioned, each migration in a transaction of its own, safe to run twice and
 * by several instances at once, forward only.
 *
 * <p>These migrations have a prefix, a suffix, a folder and a history table of their own, so that they and the
 * application's migrations never see each other.
 */
public final class SchemaMigrator {

    /** The history table, in the library's schema. */
    static final String HISTORY_TABLE = "eventsource_schema_history";

    private static final Logger log = LoggerFactory.getLogger(SchemaMigrator.class);

    private final Flyway flyway;
    private final EventSourceSchema schema;

    /**
     * Creates a migrator. Nothing is run and no connection is opened.
     *
     * @param dataSource a data source whose user may create the schema, or owns it
     * @param schema where the tables are
     */
    public SchemaMigrator(DataSource dataSource, EventSourceSchema schema) {
        this.schema = schema;
        this.flyway = Flyway.configure(SchemaMigrator.class.getClassLoader())
                .dataSource(dataSource)
                .locations("classpath:db/migration/eventsource")
                .sqlMigrationPrefix("ES")
                .sqlMigrationSuffixes(".pgsql")
                .repeatableSqlMigrationPrefix("ESR")
                .table(HISTORY_TABLE)
                .defaultSchema(schema.name())
                .schemas(schema.name())
                .createSchemas(true)
                // a schema that already holds the user's tables is no obstacle
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .cleanDisabled(true)
                .load();
    }

    /**
     * Runs the migrations that have not been run.
     *
     * @return how many were run
     * @throws org.flywaydb.core.api.FlywayException when the database is out of reach, a privilege is missing or an
     *     applied migration differs from the library's; what earlier migrations did stays
     */
    public int migrate() {
        MigrateResult result = flyway.migrate();
        log.info(
                "Schema '{}' is at version {}, {} migrations run", schema.name(), version(), result.migrationsExecuted);
        return result.migrationsExecuted;
    }

    /**
     * The version that this library needs. Connects to the database.
     *
     * @return the highest version among the library's migrations
     * @throws org.flywaydb.core.api.FlywayException when the database is out of reach
     */
    public int version() {
        return Arrays.stream(flyway.info().all())
                .filter(migration -> !migration.getScript().startsWith("<<"))
                .map(MigrationInfo::getVersion)
                .filter(Objects::nonNull)
                .map(MigrationVersion::getMajor)
                .mapToInt(Number::intValue)
                .max()
                .orElse(0);
    }
}
