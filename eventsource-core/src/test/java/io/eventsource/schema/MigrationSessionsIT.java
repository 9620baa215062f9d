package io.eventsource.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** What migrations leave in the sessions that they have used, as others find it that get these sessions from a pooler. */
@OnEachPostgres
class MigrationSessionsIT {

    private static final Pattern OUTLIVES_ITS_TRANSACTION = Pattern.compile(
            "^\\s*SET\\s+(?!LOCAL\\b)|^\\s*RESET\\b|^\\s*DISCARD\\b|^\\s*LISTEN\\b|^\\s*PREPARE\\b|set_config\\(.*,\\s*false\\s*\\)"
                    + "|pg_(try_)?advisory_(un)?lock|\\bTEMP(ORARY)?\\s+TABLE\\b|WITH\\s+HOLD",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** Without those of the transaction and those that a library brings when a function first needs it. */
    private static final String SETTINGS =
            """
            SELECT format('%s = %s, of %s', name, setting, source) FROM pg_catalog.pg_settings
             WHERE name NOT LIKE 'transaction%' AND name NOT LIKE 'plpgsql.%' ORDER BY name""";

    private final TestDatabase database;

    MigrationSessionsIT(TestDatabase server) {
        this.database = server.neighbour();
    }

    @AfterEach
    void close() {
        database.close();
    }

    /** Sessions that stay open, so that they can be looked at, and record what they are asked. */
    private static final class KeptSessions extends AbstractDataSource implements AutoCloseable {

        private final TestDatabase database;
        private final List<Connection> sessions = new ArrayList<>();
        private final List<List<String>> before = new ArrayList<>();
        private final List<String> statements = new CopyOnWriteArrayList<>();

        KeptSessions(TestDatabase database) {
            this.database = database;
        }

        @Override
        public synchronized Connection getConnection() {
            Connection session = database.connect();
            before.add(settings(session));
            sessions.add(session);
            return (Connection) Proxy.newProxyInstance(
                    KeptSessions.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("close")) {
                            return null;
                        }
                        if (method.getName().startsWith("prepare")) {
                            statements.add(String.valueOf(arguments[0]));
                        }
                        try {
                            Object result = method.invoke(session, arguments);
                            return method.getName().equals("createStatement") ? recorded((Statement) result) : result;
                        } catch (InvocationTargetException failure) {
                            throw failure.getCause();
                        }
                    });
        }

        static List<String> settings(Connection session) {
            return TestDatabase.on(session).queryForList(SETTINGS, String.class);
        }

        private Statement recorded(Statement statement) {
            return (Statement) Proxy.newProxyInstance(
                    KeptSessions.class.getClassLoader(),
                    new Class<?>[] {Statement.class},
                    (proxy, method, arguments) -> {
                        if (arguments != null && arguments.length > 0 && arguments[0] instanceof String sql) {
                            statements.add(sql);
                        }
                        try {
                            return method.invoke(statement, arguments);
                        } catch (InvocationTargetException failure) {
                            throw failure.getCause();
                        }
                    });
        }

        @Override
        public Connection getConnection(String username, String password) {
            return getConnection();
        }

        @Override
        public void close() throws SQLException {
            for (Connection session : sessions) {
                session.close();
            }
        }
    }

    private void migrate(DataSource dataSource) {
        new SchemaMigrator(dataSource, new EventSourceSchema("eventsource")).migrate();
    }

    @Test
    void every_setting_of_a_session_is_as_it_was_before_a_migration() throws SQLException {
        try (KeptSessions kept = new KeptSessions(database)) {
            migrate(kept);
            migrate(kept);

            assertThat(kept.sessions).hasSizeGreaterThan(1);
            for (int n = 0; n < kept.sessions.size(); n++) {
                JdbcTemplate session = TestDatabase.on(kept.sessions.get(n));
                assertThat(KeptSessions.settings(kept.sessions.get(n)))
                        .as("settings of session %d", n)
                        .isEqualTo(kept.before.get(n));
                assertThat(session.queryForObject("SELECT current_user = session_user", Boolean.class))
                        .isTrue();
            }
        }
    }

    @Test
    void no_lock_and_no_temporary_table_stays_behind() throws SQLException {
        try (KeptSessions kept = new KeptSessions(database)) {
            migrate(kept);

            assertThat(database.jdbc()
                            .queryForObject(
                                    "SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'advisory'", Long.class))
                    .isZero();
            assertThat(database.jdbc()
                            .queryForObject(
                                    "SELECT count(*) FROM pg_catalog.pg_class WHERE relpersistence = 't'", Long.class))
                    .isZero();
        }
    }

    @Test
    void no_statement_of_a_migration_sets_anything_beyond_its_transaction() throws SQLException {
        try (KeptSessions kept = new KeptSessions(database)) {
            migrate(kept);
            migrate(kept);

            assertThat(kept.statements)
                    .isNotEmpty()
                    .noneMatch(sql -> OUTLIVES_ITS_TRANSACTION.matcher(sql).find());
        }
    }

    @Test
    void tables_without_a_schema_stay_where_the_session_puts_them() throws SQLException {
        try (KeptSessions kept = new KeptSessions(database)) {
            migrate(kept);
            for (Connection session : kept.sessions) {
                TestDatabase.on(session).execute("CREATE TABLE IF NOT EXISTS orders (id bigint)");
            }

            assertThat(database.jdbc()
                            .queryForList("SELECT schemaname FROM pg_tables WHERE tablename = 'orders'", String.class))
                    .containsExactly("public");
        }
    }

    @Test
    void a_migration_that_fails_leaves_no_setting_either() throws SQLException {
        database.jdbc().execute("CREATE SCHEMA eventsource CREATE TABLE snapshots (id bigint)");
        try (KeptSessions kept = new KeptSessions(database)) {
            assertThat(catchThrowable(() -> migrate(kept))).isNotNull();

            for (int n = 0; n < kept.sessions.size(); n++) {
                assertThat(KeptSessions.settings(kept.sessions.get(n)))
                        .as("settings of session %d", n)
                        .isEqualTo(kept.before.get(n));
            }
        }
    }
}
