package io.eventsource.autoconfigure.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.autoconfigure.testing.Indicators;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.metrics.DataSourcePoolMetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

@ExtendWith(OutputCaptureExtension.class)
class PoolIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final ApplicationContextRunner application =
            Runners.on(database).withPropertyValues("eventsource.subscriptions.enabled=false");

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static Health health(BeanFactory context) {
        return Indicators.health(context, "eventsourcePool");
    }

    private static String status(BeanFactory context) {
        return health(context).getStatus().getCode();
    }

    @Test
    void sessions_have_the_timeout_the_isolation_and_the_name() {
        String[] arguments = Stream.of(database.properties())
                .filter(each -> !each.contains("hikari"))
                .map(each -> "--" + each)
                .toArray(String[]::new);
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(PoolApplication.class)
                .web(WebApplicationType.NONE)
                .properties("eventsource.pool.session.statement-timeout=7s", "spring.application.name=teller")
                .run(arguments)) {
            JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);

            assertThat(jdbc.queryForObject("SHOW statement_timeout", String.class))
                    .isEqualTo("7s");
            assertThat(jdbc.queryForObject("SHOW application_name", String.class))
                    .isEqualTo("teller");
            assertThat(jdbc.queryForObject("SHOW default_transaction_isolation", String.class))
                    .isEqualTo("read committed");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class})
    static class PoolApplication {}

    @Test
    void the_settings_are_logged_without_url_and_password(CapturedOutput output) {
        application.withPropertyValues("eventsource.pool.instances=2").run(context -> await().untilAsserted(
                        () -> assertThat(output)
                                .contains(
                                        "0 to 8 connections",
                                        "connection-timeout PT5S",
                                        "and 1 connections beside it",
                                        "2 instances may take 18 connections, and the server grants ")
                                .doesNotContain("jdbc:postgresql", "password=")));
    }

    @Test
    void more_than_the_server_grants_is_warned_of_with_the_largest_pool(CapturedOutput output) {
        int max = Integer.parseInt(
                Objects.requireNonNull(database.jdbc().queryForObject("SHOW max_connections", String.class)));
        int usable = max - (int) Math.ceil(max * 0.1);
        application.withPropertyValues("eventsource.pool.instances=20").run(context -> await().untilAsserted(
                        () -> assertThat(output)
                                .contains("WARN")
                                .contains("20 instances may take 180 connections, and the server grants %d of %d"
                                        .formatted(usable, max))
                                .contains("Give each pool %d connections at most, or raise max_connections"
                                        .formatted(usable / 20 - 1))));
    }

    @Test
    void instances_that_run_count_where_they_are_more_than_anybody_has_said(CapturedOutput output) {
        application.withPropertyValues("eventsource.subscriptions.enabled=true").run(first -> {
            database.jdbc()
                    .execute(
                            """
                            INSERT INTO eventsource.subscription_instances
                                   (instance_id, description, subscriptions, lease_duration, lease_until)
                            SELECT gen_random_uuid(), 'another', '{}', interval '1 hour', clock_timestamp() + d * interval '1 minute'
                              FROM unnest(ARRAY[30, 31, -1]) AS d""");

            application
                    .withPropertyValues("eventsource.subscriptions.enabled=true")
                    .run(second -> await().untilAsserted(() -> assertThat(output)
                            .contains("3 instances may take 30 connections, and the server grants ")));
        });
    }

    @Test
    void the_listener_of_projections_counts_too(CapturedOutput output) {
        application.withPropertyValues("eventsource.subscriptions.enabled=true").run(context -> assertThat(output)
                .contains("and 2 connections beside it"));
    }

    @Test
    void polling_needs_no_connection_beside_the_pool(CapturedOutput output) {
        application
                .withPropertyValues("eventsource.notifications.enabled=false")
                .run(context -> assertThat(output).contains("and 0 connections beside it"));
    }

    @Test
    void health_is_degraded_from_the_threshold_on_and_up_again_afterwards() {
        application.withPropertyValues("eventsource.health.pool.saturation=0.5").run(context -> {
            HikariDataSource pool = context.getBean(HikariDataSource.class);
            assertThat(status(context)).isEqualTo("UP");
            Connection[] taken = new Connection[4];
            for (int i = 0; i < taken.length; i++) {
                taken[i] = pool.getConnection();
            }

            await().untilAsserted(() -> assertThat(status(context)).isEqualTo("DEGRADED"));
            assertThat(health(context).getDetails())
                    .containsEntry("maximum", 8)
                    .containsEntry("threshold", 0.5)
                    .containsEntry("waiting", 0)
                    .containsEntry("reason", "most connections of the pool are in use");

            for (Connection each : taken) {
                each.close();
            }
            await().untilAsserted(() -> assertThat(status(context)).isEqualTo("UP"));
        });
    }

    @Test
    void health_says_that_callers_wait() {
        application
                // without the report, which needs a connection itself
                .withPropertyValues("spring.datasource.hikari.maximum-pool-size=2", "eventsource.pool.enabled=false")
                .run(context -> {
                    HikariDataSource pool = context.getBean(HikariDataSource.class);
                    Thread waiting;
                    try (Connection first = pool.getConnection();
                            Connection second = pool.getConnection()) {
                        assertThat(first).isNotEqualTo(second);
                        waiting = new Thread(
                                () -> context.getBean(JdbcTemplate.class).execute("SELECT 1"));
                        waiting.start();

                        await().untilAsserted(() -> assertThat(health(context).getDetails())
                                .containsEntry("waiting", 1)
                                .containsEntry("reason", "callers wait for a connection"));
                    }
                    waiting.join();
                });
    }

    @Test
    void health_is_absent_when_it_is_switched_off() {
        application
                .withPropertyValues("management.health.eventsource-pool.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("eventsourcePoolHealthIndicator"));
    }

    @Test
    void boot_measures_the_pool_and_how_long_connections_are_waited_for() {
        application
                .withConfiguration(AutoConfigurations.of(
                        DataSourcePoolMetricsAutoConfiguration.class,
                        MetricsAutoConfiguration.class,
                        SimpleMetricsExportAutoConfiguration.class,
                        CompositeMeterRegistryAutoConfiguration.class))
                .run(context -> {
                    context.getBean(JdbcTemplate.class).execute("SELECT 1");

                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    assertThat(registry.get("hikaricp.connections.acquire")
                                    .timer()
                                    .count())
                            .isPositive();
                    assertThat(registry.get("hikaricp.connections.max").gauge().value())
                            .isEqualTo(8);
                });
    }
}
