package io.eventsource.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

/** When no server is started. {@link EmbeddedPostgresAutoConfigurationIT} shows when one is. */
class EmbeddedPostgresAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(EmbeddedPostgresAutoConfiguration.class, DataSourceAutoConfiguration.class));

    private record OtherConnectionDetails() implements JdbcConnectionDetails {

        @Override
        public String getUsername() {
            return "sa";
        }

        @Override
        public String getPassword() {
            return "";
        }

        @Override
        public String getJdbcUrl() {
            return "jdbc:h2:mem:other";
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spring.datasource.url=jdbc:h2:mem:own",
                "spring.datasource.jndi-name=java:comp/env/jdbc/own",
                "spring.datasource.hikari.jdbc-url=jdbc:h2:mem:own",
                "spring.datasource.embedded-database-connection=h2",
                "eventsource.embedded-postgres.enabled=false"
            })
    void property_keeps_it_from_starting(String property) {
        runner.withPropertyValues(property).run(context -> assertThat(context)
                .doesNotHaveBean(EmbeddedPostgresServer.class)
                .doesNotHaveBean(EmbeddedPostgresConnectionDetails.class));
    }

    @Test
    void url_with_a_missing_placeholder_is_an_error_of_boot_and_no_reason_to_start() {
        runner.withPropertyValues("spring.datasource.url=${DATABASE_ADDRESS}").run(context -> assertThat(context)
                .getFailure()
                .hasStackTraceContaining("DataSourceConfiguration$Hikari")
                .rootCause()
                .hasMessageContaining("url"));
    }

    @Test
    void own_data_source_keeps_it_from_starting() {
        runner.withBean(DataSource.class, SimpleDriverDataSource::new).run(context -> assertThat(context)
                .doesNotHaveBean(EmbeddedPostgresServer.class)
                .hasSingleBean(DataSource.class));
    }

    @Test
    void other_connection_details_keep_it_from_starting() {
        runner.withBean(JdbcConnectionDetails.class, OtherConnectionDetails::new)
                .run(context -> {
                    assertThat(context).doesNotHaveBean(EmbeddedPostgresServer.class);
                    assertThat(context.getBean(HikariDataSource.class).getJdbcUrl())
                            .isEqualTo("jdbc:h2:mem:other");
                });
    }

    @Test
    void without_a_pool_nobody_would_use_it() {
        runner.withClassLoader(new FilteredClassLoader(HikariDataSource.class))
                .run(context -> assertThat(context).doesNotHaveBean(EmbeddedPostgresServer.class));
    }

    @Test
    void wrong_value_fails_at_start_with_the_propertys_name() {
        runner.withPropertyValues("eventsource.embedded-postgres.port=70000").run(context -> {
            Throwable failure = context.getStartupFailure();
            assertThat(failure).hasStackTraceContaining("eventsource.embedded-postgres");
            assertThat(failure).rootCause().hasMessage("port must be between 0 and 65535 but is 70000");
        });
    }
}
