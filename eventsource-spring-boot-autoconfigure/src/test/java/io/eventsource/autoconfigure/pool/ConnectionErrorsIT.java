package io.eventsource.autoconfigure.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;

/** What counts as a connection that could not be opened. */
class ConnectionErrorsIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final ApplicationContextRunner application = Runners.on(database)
            .withPropertyValues(
                    "eventsource.subscriptions.enabled=false",
                    "spring.datasource.hikari.minimum-idle=0",
                    "spring.datasource.hikari.maximum-pool-size=2",
                    "spring.datasource.hikari.connection-timeout=250");

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static long errors(BeanFactory context) {
        return context.getBean(DatabaseReach.class).refusals();
    }

    @Test
    void waiting_in_vain_for_a_connection_of_a_busy_pool_is_none() {
        application.run(context -> {
            HikariDataSource pool = context.getBean(HikariDataSource.class);
            try (Connection first = pool.getConnection();
                    Connection second = pool.getConnection()) {
                assertThat(first).isNotSameAs(second);
                assertThatThrownBy(pool::getConnection).isInstanceOf(SQLTransientConnectionException.class);
            }

            assertThat(errors(context)).isZero();
        });
    }

    @Test
    void each_connection_that_the_pool_cannot_open_is_one() {
        application.run(context -> {
            HikariDataSource pool = context.getBean(HikariDataSource.class);
            assertThat(PoolOpenings.failures(pool)).isZero();

            database.refuseConnections();
            // a connection that was used just now would be lent without a look
            pool.getHikariPoolMXBean().softEvictConnections();
            assertThatThrownBy(pool::getConnection).isInstanceOf(SQLTransientConnectionException.class);

            long counted = PoolOpenings.failures(pool);
            assertThat(counted).isPositive();
            assertThat(errors(context)).isGreaterThanOrEqualTo(counted);
            database.allowConnections();
            try (Connection again = pool.getConnection()) {
                assertThat(again.isValid(1)).isTrue();
            }
        });
    }

    @Test
    void a_pool_that_counts_connects_with_the_settings_of_the_application() {
        application
                .withPropertyValues(
                        "spring.datasource.hikari.data-source-properties.ApplicationName=teller",
                        "spring.datasource.hikari.data-source-properties.options=-c statement_timeout=7000")
                .run(context -> {
                    JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);

                    assertThat(jdbc.queryForObject("SHOW application_name", String.class))
                            .isEqualTo("teller");
                    assertThat(jdbc.queryForObject("SHOW statement_timeout", String.class))
                            .isEqualTo("7s");
                });
    }
}
