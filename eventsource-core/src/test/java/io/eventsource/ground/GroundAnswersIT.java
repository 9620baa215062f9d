package io.eventsource.ground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.ground.GroundReport.Severity;
import io.eventsource.testing.CountingDataSource;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** What is found where the server answers with an error, or knows less than usual. */
@OnEachPostgres
class GroundAnswersIT {

    private static final String WITHOUT_XML =
            """
            ALTER FUNCTION pg_catalog.query_to_xml(text, boolean, boolean, text) RENAME TO query_to_xml_of_postgresql;
            CREATE FUNCTION pg_catalog.query_to_xml(text, boolean, boolean, text) RETURNS xml LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'unsupported XML feature' USING ERRCODE = 'feature_not_supported'; END $$""";

    private final TestDatabase database;
    private final JdbcTemplate jdbc;

    GroundAnswersIT(TestDatabase server) {
        this.database = TestDatabase.migrated(server.major());
        this.jdbc = database.jdbc();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static GroundReport inspect(DataSource dataSource) {
        return new GroundInspector(new JdbcTemplate(dataSource), TestDatabase.SCHEMA, List.of()).inspect();
    }

    private static List<String> codes(GroundReport report, Severity severity) {
        return report.of(severity).stream().map(Finding::code).toList();
    }

    @Test
    void a_server_without_xml_is_asked_in_plain_statements_and_nothing_is_missed() {
        jdbc.execute(WITHOUT_XML);
        CountingDataSource counting = new CountingDataSource(database.dataSource());
        GroundInspector inspector = new GroundInspector(new JdbcTemplate(counting), TestDatabase.SCHEMA, List.of());

        assertThat(inspector.inspect().findings())
                .extracting(Finding::code)
                .containsExactlyInAnyOrder("synchronous-commit-off", "fsync-off", "role-owns-tables");
        jdbc.update("UPDATE eventsource.high_water_mark SET position = 77");
        int before = counting.statements();
        assertThat(codes(inspector.inspect(), Severity.REFUSE)).containsExactly("high-water-mark-beyond-sequence");
        assertThat(counting.statements() - before)
                .as("what has failed is not asked again")
                .isEqualTo(5);
        jdbc.execute(
                """
                INSERT INTO eventsource.events (position, event_id, append_id, aggregate_id, aggregate_type, version, event_type, bucket,
                       "timestamp", payload) OVERRIDING SYSTEM VALUE
                SELECT 9, md5('1')::uuid, md5('1')::uuid, md5('1')::uuid, 'account', 1, 'deposited', 0, now(), '{}'""");
        assertThat(codes(inspector.inspect(), Severity.REFUSE)).containsExactly("sequence-behind");
    }

    @Test
    void a_user_without_the_schema_or_the_function_is_told_what_it_lacks() {
        String role = "poor_of_" + database.name();
        jdbc.execute("REVOKE EXECUTE ON FUNCTION pg_catalog.query_to_xml(text, boolean, boolean, text) FROM PUBLIC");
        jdbc.execute("CREATE ROLE " + role + " LOGIN");
        jdbc.execute("GRANT SELECT ON ALL TABLES IN SCHEMA eventsource TO " + role);
        jdbc.execute("GRANT SELECT ON ALL SEQUENCES IN SCHEMA eventsource TO " + role);
        try (HikariDataSource other = database.dataSourceOf(role)) {
            GroundReport report = inspect(other);
            assertThat(codes(report, Severity.DOWN)).isEmpty();
            assertThat(codes(report, Severity.REFUSE)).isEmpty();
            assertThat(report.findings()).anySatisfy(finding -> assertThat(finding.remedy())
                    .contains(
                            "GRANT USAGE ON SCHEMA eventsource TO " + role,
                            "GRANT EXECUTE ON FUNCTION eventsource.publish_high_water_mark(bigint) TO " + role));

            jdbc.execute("GRANT USAGE ON SCHEMA eventsource TO " + role);
            jdbc.update("UPDATE eventsource.high_water_mark SET position = 77");
            assertThat(codes(inspect(other), Severity.REFUSE)).containsExactly("high-water-mark-beyond-sequence");
        } finally {
            jdbc.execute("DROP OWNED BY " + role);
            jdbc.execute("DROP ROLE " + role);
        }
    }

    @Test
    void what_the_server_refuses_to_answer_is_a_warning_with_its_state() {
        jdbc.execute("ALTER FUNCTION pg_catalog.has_schema_privilege(oid, text) RENAME TO no_such_function");
        jdbc.execute("ALTER FUNCTION pg_catalog.pg_is_in_recovery() RENAME TO no_such_function");

        GroundReport report = inspect(database.dataSource());

        assertThat(codes(report, Severity.WARN)).containsExactly("ground-unknown", "ground-unknown");
        assertThat(report.findings())
                .allSatisfy(finding -> assertThat(finding.evidence()).contains("SQLSTATE 42883"));
    }

    @Test
    void a_server_that_is_out_of_reach_is_no_finding() {
        String nobody = database.url().replace(":" + database.port() + "/", ":1/");
        assertThatThrownBy(() -> inspect(new DriverManagerDataSource(nobody))).isInstanceOf(DataAccessException.class);
        jdbc.execute(
                """
                ALTER FUNCTION pg_catalog.has_schema_privilege(oid, text) RENAME TO no_such_function;
                CREATE FUNCTION pg_catalog.has_schema_privilege(oid, text) RETURNS boolean LANGUAGE sql AS
                $$ SELECT pg_terminate_backend(pg_backend_pid()) $$""");
        assertThatThrownBy(() -> inspect(database.dataSource())).isInstanceOf(DataAccessException.class);
    }
}
