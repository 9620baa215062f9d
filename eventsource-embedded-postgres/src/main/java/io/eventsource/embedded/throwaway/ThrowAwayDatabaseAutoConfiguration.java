package io.eventsource.embedded.throwaway;

import io.eventsource.embedded.EmbeddedPostgresAutoConfiguration;
import io.eventsource.embedded.OnUnconfiguredDataSource;
import java.util.List;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import javax.sql.XADataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Auto-configuration that gives an application that a test starts a database of its own, under the conditions under which
 * {@link EmbeddedPostgresAutoConfiguration} would start a server in the application's folder. The database is dropped when the context
 * is closed. A {@link DatabaseTemplate} bean says what it contains at first, a {@link DatabaseServer} bean on which server it is.
 */
@AutoConfiguration(before = EmbeddedPostgresAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "eventsource.embedded-postgres.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "eventsource.embedded-postgres.throw-away-in-tests", matchIfMissing = true)
@Conditional({TestRun.class, OnUnconfiguredDataSource.class})
@ConditionalOnMissingBean(
        value = {DataSource.class, XADataSource.class, JdbcConnectionDetails.class},
        type = "io.r2dbc.spi.ConnectionFactory")
public final class ThrowAwayDatabaseAutoConfiguration {

    @Bean(destroyMethod = "close")
    ThrowAwayDatabase eventSourceThrowAwayDatabase(
            ObjectProvider<DatabaseServer> server, ObjectProvider<DatabaseTemplate> templates) {
        List<DatabaseTemplate> ordered = templates.orderedStream().toList();
        return server.getIfAvailable(DatabaseServer::ofThisJvm)
                .create(ordered.isEmpty() ? null : new Templates(ordered));
    }

    /** One after the other. */
    private record Templates(List<DatabaseTemplate> ordered) implements DatabaseTemplate {

        @Override
        public String key() {
            return ordered.stream().map(DatabaseTemplate::key).collect(Collectors.joining(", "));
        }

        @Override
        public void fill(DataSource dataSource) {
            ordered.forEach(each -> each.fill(dataSource));
        }
    }

    @Bean
    JdbcConnectionDetails eventSourceThrowAwayConnectionDetails(ThrowAwayDatabase database) {
        return new ThrowAwayConnectionDetails(database);
    }
}
