package io.eventsource.ground;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.ground.GroundReport.Severity;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerRulesTests {

    private static List<Finding> judge(String version) {
        return ServerRules.judge(new Facts().put("server", "version", version)).findings();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "YugabyteDB | PostgreSQL 15.2-YB-2.25.0.0-b0 on x86_64-pc-linux-gnu, compiled by clang version 17.0.6, 64-bit",
                "YugabyteDB | PostgreSQL 11.2-YB-2024.1.3.0-b0 on aarch64-unknown-linux-gnu, compiled by clang, 64-bit",
                "CockroachDB | CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu, built 2023/09/27 01:53:43, go1.19.10)",
                "Amazon Redshift | PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.12103",
                "Greenplum | PostgreSQL 12.12 (Greenplum Database 7.0.0 build commit:0a7a3566873325aca1789ae6f818c80f17a9402d) on x86_64-pc-linux-gnu, compiled by gcc",
                "Apache Cloudberry | PostgreSQL 14.4 (Apache Cloudberry 2.0.0 build dev) on x86_64-pc-linux-gnu, compiled by gcc",
                "Materialize | PostgreSQL 9.5.0 on x86_64-unknown-linux-gnu (Materialize v0.80.0)",
                "RisingWave | PostgreSQL 13.14.0-RisingWave-1.7.0 (a1b2c3)",
                "CrateDB | CrateDB 5.5.0 (built 1234567/2023-11-01T00:00:00Z, Linux 5.15 amd64)",
                "H2 | PostgreSQL 8.2.23 server protocol using H2 2.2.224 (2023-09-17)",
                "Postgres-XL | PostgreSQL 10.8 (Postgres-XL 10r1.1) on x86_64-pc-linux-gnu, compiled by gcc, 64-bit",
                "no PostgreSQL | SomethingElse 1.0"
            })
    void other_servers_are_refused_by_name(String name, String version) {
        assertThat(judge(version)).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.REFUSE);
            assertThat(finding.code()).isEqualTo("server-not-postgresql");
            assertThat(finding.evidence()).contains("The server is " + name);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PostgreSQL 18.6 on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14) 12.2.0, 64-bit",
                "PostgreSQL 15.14 (Debian 15.14-0+deb12u1) on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14+deb12u1) 12.2.0, 64-bit",
                "PostgreSQL 16.3, compiled by Visual C++ build 1938, 64-bit",
                "PostgreSQL 17.2 on x86_64-windows, compiled by msvc-19.42.34435, 64-bit",
                "PostgreSQL 17.5 - Percona Server for PostgreSQL 17.5.1 on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14) 12.2.0, 64-bit",
                "PostgreSQL 16.3 of our own, patched on Monday on x86_64-pc-linux-gnu, compiled by gcc, 64-bit",
                "PostgreSQL 16.3-ours, compiled by Visual C++ build 1938, 64-bit",
                "PostgreSQL 19beta1 on x86_64-pc-linux-gnu, compiled by gcc, 64-bit",
                "PostgreSQL 15.2 (EnterpriseDB Advanced Server 15.2.0) on x86_64-pc-linux-gnu, compiled by gcc, 64-bit"
            })
    void postgresql_in_all_its_builds_is_none_of_them(String version) {
        assertThat(judge(version)).isEmpty();
    }

    @Test
    void aurora_dsql_is_told_by_its_own_schema_and_a_bare_version_is_a_warning() {
        Facts facts = new Facts().put("server", "version", "PostgreSQL 16").put("server", "iam-mappings", "true");

        assertThat(ServerRules.judge(facts).of(Severity.REFUSE))
                .singleElement()
                .satisfies(finding -> assertThat(finding.evidence()).contains("Amazon Aurora DSQL"));
        assertThat(judge("PostgreSQL 16")).extracting(Finding::code).containsExactly("server-unknown");
    }

    @ParameterizedTest
    @CsvSource({"110022,server-too-old,REFUSE", "90624,server-too-old,REFUSE", "190000,server-untested,INFO"})
    void versions_outside_the_tested_range_are_told(String number, String code, Severity severity) {
        Facts facts = new Facts().put("setting", "server_version_num", number);
        facts.put("server", "version", "PostgreSQL x on y".replace("x", "11.22"));

        assertThat(ServerRules.judge(facts).findings()).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(code);
            assertThat(finding.severity()).isEqualTo(severity);
        });
    }

    @Test
    void a_standby_is_down_and_not_merely_read_only() {
        Facts facts = new Facts()
                .put("server", "version", "PostgreSQL 18.6 on x86_64, compiled by gcc, 64-bit")
                .put("server", "recovery", "true")
                .put("setting", "transaction_read_only", "on");

        assertThat(ServerRules.judge(facts).findings())
                .extracting(Finding::code)
                .containsExactly("hot-standby");
    }

    @ParameterizedTest
    @CsvSource({
        "lock_timeout,99ms,true",
        "lock_timeout,100ms,false",
        "lock_timeout,0,false",
        "statement_timeout,999ms,true",
        "statement_timeout,1min,false",
        "transaction_timeout,500ms,true",
        "idle_in_transaction_session_timeout,10s,false"
    })
    void timeouts_that_end_ordinary_appends_are_told(String setting, String value, boolean told) {
        Facts facts = new Facts()
                .put("server", "version", "PostgreSQL 18.6 on x86_64, compiled by gcc, 64-bit")
                .put("setting", setting, value);

        assertThat(ServerRules.judge(facts).findings()).hasSize(told ? 1 : 0);
    }
}
