package io.eventsource.autoconfigure.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.jdbc.DemotedServerEviction;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.PropertySource;

/** How Boot makes its pool in an application with the starter on its class path. No connection is opened. */
class PoolDefaultsTests {

    private static final String MAXIMUM = "spring.datasource.hikari.maximum-pool-size=";

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(DataSourceAutoConfiguration.class)
    static class Application {}

    @Configuration(proxyBeanMethods = false)
    @PropertySource("classpath:pool.properties")
    static class ApplicationWithPropertySource {}

    @Configuration(proxyBeanMethods = false)
    static class ApplicationWithPool {

        @Bean
        HikariDataSource own() {
            HikariDataSource own = new HikariDataSource();
            own.setMaximumPoolSize(4);
            return own;
        }
    }

    private static SpringApplicationBuilder application(Class<?>... sources) {
        return new SpringApplicationBuilder(sources).web(WebApplicationType.NONE);
    }

    private static void assertPool(
            SpringApplicationBuilder application, Consumer<HikariDataSource> assertions, String... arguments) {
        String[] all = new String[arguments.length + 1];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--spring.datasource.url=jdbc:postgresql://127.0.0.1:1/nowhere";
        try (ConfigurableApplicationContext context = application.run(all)) {
            assertions.accept(context.getBean(HikariDataSource.class));
        }
    }

    private static void assertPool(Consumer<HikariDataSource> assertions, String... arguments) {
        assertPool(application(Application.class), assertions, arguments);
    }

    @Test
    void without_a_setting_it_is_of_medium_size_with_timeouts_and_read_committed() {
        assertPool(pool -> {
            assertThat(pool.getMinimumIdle()).isEqualTo(10);
            assertThat(pool.getMaximumPoolSize()).isEqualTo(25);
            assertThat(pool.getConnectionTimeout()).isEqualTo(30_000);
            assertThat(pool.getMaxLifetime()).isEqualTo(1_800_000);
            assertThat(pool.getIdleTimeout()).isEqualTo(600_000);
            assertThat(pool.getTransactionIsolation()).isEqualTo("TRANSACTION_READ_COMMITTED");
            assertThat(pool.getDataSourceProperties())
                    .containsEntry("options", "-c statement_timeout=30000")
                    .containsEntry("ApplicationName", "eventsource");
        });
    }

    @Test
    void the_driver_leaves_out_the_servers_detail_unless_the_application_wants_it() {
        assertPool(pool -> assertThat(pool.getDataSourceProperties().get("logServerErrorDetail"))
                .hasToString("false"));
        assertPool(
                pool -> assertThat(pool.getDataSourceProperties().get("logServerErrorDetail"))
                        .hasToString("true"),
                "--spring.datasource.hikari.data-source-properties.logServerErrorDetail=true");
    }

    @Test
    void connections_to_a_demoted_server_are_evicted_unless_the_application_decides() {
        assertPool(pool -> assertThat(pool.getExceptionOverride()).isInstanceOf(DemotedServerEviction.class));
        assertPool(
                pool -> assertThat(pool.getExceptionOverride()).isInstanceOf(DemotedServerIT.OfTheApplication.class),
                "--spring.datasource.hikari.exception-override-class-name="
                        + DemotedServerIT.OfTheApplication.class.getName());
        assertPool(pool -> assertThat(pool.getExceptionOverride()).isNull(), "--eventsource.pool.enabled=false");
    }

    @Test
    void behind_a_pooler_that_shares_sessions_nothing_is_set_for_a_session() {
        assertPool(
                pool -> {
                    assertThat(pool.getTransactionIsolation()).isNull();
                    assertThat(pool.getDataSourceProperties())
                            .containsEntry("prepareThreshold", "0")
                            .containsKey("ApplicationName")
                            .doesNotContainKey("options");
                },
                "--eventsource.pool.pooler=transaction");
        assertPool(
                pool -> {
                    assertThat(pool.getTransactionIsolation()).isNull();
                    assertThat(pool.getDataSourceProperties()).doesNotContainKeys("options", "prepareThreshold");
                },
                "--eventsource.pool.pooler=transaction-prepared");
    }

    @Test
    void behind_a_pooler_that_keeps_sessions_only_the_options_are_left_out() {
        assertPool(
                pool -> {
                    assertThat(pool.getTransactionIsolation()).isEqualTo("TRANSACTION_READ_COMMITTED");
                    assertThat(pool.getDataSourceProperties()).doesNotContainKeys("options", "prepareThreshold");
                },
                "--eventsource.pool.pooler=session");
    }

    @Test
    void what_the_application_says_of_sessions_holds_behind_a_pooler_too() {
        assertPool(
                pool -> {
                    assertThat(pool.getTransactionIsolation()).isEqualTo("TRANSACTION_SERIALIZABLE");
                    assertThat(pool.getDataSourceProperties())
                            .containsEntry("prepareThreshold", "7")
                            .containsEntry("options", "-c statement_timeout=2000");
                },
                "--eventsource.pool.pooler=transaction",
                "--eventsource.pool.session.statement-timeout=2s",
                "--spring.datasource.hikari.transaction-isolation=TRANSACTION_SERIALIZABLE",
                "--spring.datasource.hikari.data-source-properties.prepareThreshold=7");
    }

    @ParameterizedTest
    @CsvSource({"light, 3, 8", "medium, 10, 25", "heavy, 20, 50"})
    void the_presets_are_sizes_and_overflows(String preset, int minimum, int maximum) {
        assertPool(
                pool -> {
                    assertThat(pool.getMinimumIdle()).isEqualTo(minimum);
                    assertThat(pool.getMaximumPoolSize()).isEqualTo(maximum);
                },
                "--eventsource.pool.preset=" + preset);
    }

    @Test
    void each_property_has_its_effect() {
        assertPool(
                pool -> {
                    assertThat(pool.getMinimumIdle()).isEqualTo(2);
                    assertThat(pool.getMaximumPoolSize()).isEqualTo(9);
                    assertThat(pool.getConnectionTimeout()).isEqualTo(1_000);
                    assertThat(pool.getMaxLifetime()).isEqualTo(60_000);
                    assertThat(pool.getIdleTimeout()).isEqualTo(20_000);
                    assertThat(pool.getDataSourceProperties())
                            .containsEntry("options", "-c statement_timeout=5000")
                            .containsEntry("ApplicationName", "orders at night");
                },
                "--eventsource.pool.size=2",
                "--eventsource.pool.overflow=7",
                "--eventsource.pool.connection.timeout=1s",
                "--eventsource.pool.connection.max-lifetime=1m",
                "--eventsource.pool.connection.idle-timeout=20s",
                "--eventsource.pool.session.statement-timeout=5s",
                "--eventsource.pool.session.application-name=orders at night");
    }

    @Test
    void the_name_of_the_application_is_the_connections_name() {
        assertPool(
                pool -> assertThat(pool.getDataSourceProperties()).containsEntry("ApplicationName", "order-service"),
                "--spring.application.name=order-service");
    }

    @Test
    void no_statement_timeout_is_no_option() {
        assertPool(
                pool -> assertThat(pool.getDataSourceProperties()).doesNotContainKey("options"),
                "--eventsource.pool.session.statement-timeout=0");
    }

    @Test
    void what_the_application_says_of_its_pool_wins_however_it_is_written() {
        assertPool(
                pool -> {
                    assertThat(pool.getConnectionTimeout())
                            .isEqualTo(Duration.ofSeconds(7).toMillis());
                    assertThat(pool.getTransactionIsolation()).isEqualTo("TRANSACTION_SERIALIZABLE");
                    assertThat(pool.getDataSourceProperties())
                            .containsEntry("ApplicationName", "own")
                            .containsEntry("options", "-c work_mem=8MB")
                            .containsEntry("socketTimeout", "60");
                    assertThat(pool.getIdleTimeout()).isEqualTo(600_000);
                },
                "--spring.datasource.hikari.connectionTimeout=7000",
                "--spring.datasource.hikari.transaction-isolation=TRANSACTION_SERIALIZABLE",
                "--spring.datasource.hikari.data-source-properties.ApplicationName=own",
                "--spring.datasource.hikari.data-source-properties.options=-c work_mem=8MB",
                "--spring.datasource.hikari.data-source-properties.socketTimeout=60");
    }

    @Test
    void the_applications_maximum_comes_without_a_minimum_of_ours() {
        assertPool(
                pool -> {
                    assertThat(pool.getMaximumPoolSize()).isEqualTo(6);
                    // not set: as many as the maximum
                    assertThat(pool.getMinimumIdle()).isEqualTo(-1);
                },
                "--" + MAXIMUM + 6);
    }

    @Test
    void the_applications_default_properties_win() {
        assertPool(application(Application.class).properties(MAXIMUM + 7), pool -> assertThat(pool.getMaximumPoolSize())
                .isEqualTo(7));
    }

    @Test
    void a_property_source_of_the_application_wins() {
        assertPool(
                application(Application.class, ApplicationWithPropertySource.class),
                pool -> assertThat(pool.getMaximumPoolSize()).isEqualTo(5));
    }

    @Test
    void a_pool_that_the_application_makes_is_left_alone() {
        assertPool(application(Application.class, ApplicationWithPool.class), pool -> {
            assertThat(pool.getMaximumPoolSize()).isEqualTo(4);
            assertThat(pool.getTransactionIsolation()).isNull();
        });
    }

    @ParameterizedTest
    @CsvSource({"eventsource.pool.enabled", "eventsource.enabled"})
    void switched_off_it_is_boots(String property) {
        assertPool(
                pool -> {
                    assertThat(pool.getMaximumPoolSize()).isEqualTo(10);
                    assertThat(pool.getTransactionIsolation()).isNull();
                    assertThat(pool.getDataSourceProperties()).isEmpty();
                },
                "--" + property + "=false");
    }

    @Test
    void a_value_out_of_bounds_stops_the_application_naming_the_property() {
        assertThatThrownBy(() -> assertPool(pool -> {}, "--eventsource.pool.size=0"))
                .rootCause()
                .hasMessage("eventsource.pool.size must be 1 to 10000, but it is 0");
    }
}
