package io.eventsource.schema;

import io.eventsource.EventSourceException;
import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.logging.LogFactory;
import org.flywaydb.core.api.output.MigrateResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Brings the library's tables up to date: versioned, each migration in a transaction of its own, safe to run twice and
 * by several instances at once, forward only.
 *
 * <p>These migrations have a prefix, a suffix, a folder and a history table of their own, so that they and the
 * application's migrations never see each other. They leave no setting and no lock in a session, so that they may run through a pooler
 * that shares sessions.
 */
public final class SchemaMigrator {

    /** The history table, in the library's schema. */
    static final String HISTORY_TABLE = "eventsource_schema_history";

    private static final String LOCATION = "db/migration/eventsource";
    private static final String PREFIX = "ES";
    private static final String SUFFIX = ".pgsql";
    private static final Pattern VERSION = Pattern.compile(PREFIX + "(\\d+)__");

    private static final Logger log = LoggerFactory.getLogger(SchemaMigrator.class);

    private final Flyway flyway;
    private final EventSourceSchema schema;
    private final SchemaInspector inspector;

    /**
     * Creates a migrator. Nothing is run and no connection is opened.
     *
     * @param dataSource a data source whose user may create the schema, or owns it
     * @param schema where the tables are
     */
    public SchemaMigrator(DataSource dataSource, EventSourceSchema schema) {
        this.schema = schema;
        this.inspector = new SchemaInspector(new JdbcTemplate(dataSource), schema);
        this.flyway = Flyway.configure(SchemaMigrator.class.getClassLoader())
                .dataSource(new TransactionLocalSettings(dataSource))
                .locations("classpath:" + LOCATION)
                .sqlMigrationPrefix(PREFIX)
                .sqlMigrationSuffixes(SUFFIX)
                .repeatableSqlMigrationPrefix("ESR")
                .table(HISTORY_TABLE)
                .defaultSchema(schema.name())
                .schemas(schema.name())
                .createSchemas(true)
                // a schema that already holds the user's tables is no obstacle
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .cleanDisabled(true)
                .callbacks(new NoStatementTimeout())
                .load();
        releaseFromFlyway();
    }

    /** Flyway keeps the configuration that was used last as long as the JVM lives, and with it the data source and its application. */
    private static void releaseFromFlyway() {
        LogFactory.setConfiguration(Flyway.configure(LogFactory.class.getClassLoader()));
    }

    /**
     * Runs the migrations that have not been run.
     *
     * @return how many were run
     * @throws NewerSchemaException when a later version of the library has run migrations that this one does not know;
     *     nothing is changed
     * @throws org.springframework.dao.DataAccessException when the database is out of reach, or the history may not be read
     * @throws org.flywaydb.core.api.FlywayException when a privilege is missing or an applied migration differs from the library's; what
     *     earlier migrations did stays
     */
    public int migrate() {
        MigrateResult result;
        try {
            requireKnown(inspector.installedVersion());
            result = flyway.migrate();
        } finally {
            releaseFromFlyway();
        }
        log.info(
                "Schema '{}' is at version {}, {} migrations run",
                schema.name(),
                requiredVersion(),
                result.migrationsExecuted);
        return result.migrationsExecuted;
    }

    private void requireKnown(int installed) {
        int known = requiredVersion();
        if (installed > known) {
            throw new NewerSchemaException(schema, installed, known);
        }
    }

    /**
     * Looks whether the library's tables are there. Cheap enough for a health probe: it reads the catalogue and the migration history.
     *
     * @param jdbc access to the database
     * @param schema where the tables should be
     * @return which tables are missing and which version is installed
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    public static Status inspect(JdbcOperations jdbc, EventSourceSchema schema) {
        return new SchemaInspector(jdbc, schema).inspect();
    }

    /**
     * The version that this library needs. Looks at the library's migrations only, not at the database.
     *
     * @return the highest version among the library's migrations
     */
    public static int requiredVersion() {
        try {
            return Arrays.stream(new PathMatchingResourcePatternResolver(SchemaMigrator.class.getClassLoader())
                            .getResources("classpath*:" + LOCATION + "/" + PREFIX + "*" + SUFFIX))
                    .map(resource -> VERSION.matcher(String.valueOf(resource.getFilename())))
                    .filter(Matcher::lookingAt)
                    .mapToInt(version -> Integer.parseInt(version.group(1)))
                    .max()
                    .orElseThrow(() -> new IllegalStateException("No migrations on the class path at " + LOCATION));
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot list the migrations at " + LOCATION, failure);
        }
    }

    /**
     * What a look at the database found.
     *
     * @param missingTables the library's tables that are not there
     * @param installedVersion the highest version in the migration history, 0 when there is none
     */
    public record Status(List<String> missingTables, int installedVersion) {}

    /** The tables were made, or changed, by a later version of the library than this one. */
    public static final class NewerSchemaException extends EventSourceException {

        @Serial
        private static final long serialVersionUID = 1L;

        private final int installedVersion;
        private final int knownVersion;

        /**
         * Creates an exception.
         *
         * @param schema where the tables are
         * @param installedVersion the version of the tables
         * @param knownVersion the version that this library knows
         */
        public NewerSchemaException(EventSourceSchema schema, int installedVersion, int knownVersion) {
            super(
                    "The tables in the schema '%s' are of version %d, and this library knows version %d. Migrations go forward only: use the version of the library that made them, or a later one."
                            .formatted(schema.name(), installedVersion, knownVersion));
            this.installedVersion = installedVersion;
            this.knownVersion = knownVersion;
        }

        /**
         * The version of the tables.
         *
         * @return the highest version in the migration history
         */
        public int installedVersion() {
            return installedVersion;
        }

        /**
         * The version that this library knows.
         *
         * @return the highest version among its migrations
         */
        public int knownVersion() {
            return knownVersion;
        }
    }
}
