package io.eventsource.embedded;

import javax.sql.DataSource;
import javax.sql.XADataSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Auto-configuration that starts an {@link EmbeddedPostgresServer} for an application that says nothing about its database,
 * and leads Boot's own data source to it.
 *
 * <p>It backs off for a configured URL or JNDI name, a {@link DataSource} or R2DBC connection factory of the application,
 * and any other {@link JdbcConnectionDetails}, for example of Testcontainers or Docker Compose. The data source depends on
 * the connection details and these on the server, so the pool is closed before the server is stopped.
 */
@AutoConfiguration(
        before = DataSourceAutoConfiguration.class,
        beforeName = "org.springframework.boot.jdbc.autoconfigure.XADataSourceAutoConfiguration")
@ConditionalOnBooleanProperty(name = "eventsource.embedded-postgres.enabled", matchIfMissing = true)
@Conditional(OnUnconfiguredDataSource.class)
@ConditionalOnMissingBean(
        value = {DataSource.class, XADataSource.class, JdbcConnectionDetails.class},
        type = "io.r2dbc.spi.ConnectionFactory")
@EnableConfigurationProperties(EmbeddedPostgresProperties.class)
public final class EmbeddedPostgresAutoConfiguration {

    @Bean(destroyMethod = "close")
    EmbeddedPostgresServer embeddedPostgresServer(EmbeddedPostgresProperties properties) {
        return EmbeddedPostgresServer.startWithoutExitHook(properties.toSettings());
    }

    @Bean
    JdbcConnectionDetails embeddedPostgresConnectionDetails(EmbeddedPostgresServer server) {
        return new EmbeddedPostgresConnectionDetails(server);
    }
}
