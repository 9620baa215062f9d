package io.eventsource.autoconfigure.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Indicators;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.jdbc.DemotedServerEviction;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** A pool whose connections lead to a server that takes no writes any more, while a new connection leads to one that does. */
class DemotedServerIT {

    private static final int CONNECTIONS = 4;

    private final TestDatabase database = TestDatabase.migrated();
    private final List<Object> handled = new CopyOnWriteArrayList<>();
    private final ApplicationContextRunner application = Runners.on(database)
            .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> handled.add(event.payload())))
            .withPropertyValues("spring.datasource.hikari.maximum-pool-size=" + CONNECTIONS);

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private HikariConfig config() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.dataSource().getUrl());
        config.setUsername(database.dataSource().getUsername());
        config.setPassword(database.dataSource().getPassword());
        config.setMaximumPoolSize(CONNECTIONS);
        return config;
    }

    private static StreamAppend deposit(long amount) {
        return StreamAppend.to("Account", UUID.randomUUID(), new Deposited(amount));
    }

    /** As each session is when the server is fenced off by {@code default_transaction_read_only}. */
    private static void demote(BeanFactory context) throws SQLException {
        List<Connection> all = new ArrayList<>();
        HikariDataSource pool = context.getBean(HikariDataSource.class);
        for (int n = 0; n < CONNECTIONS; n++) {
            all.add(pool.getConnection());
        }
        for (Connection each : all) {
            try (Statement statement = each.createStatement()) {
                statement.execute("SET default_transaction_read_only = on");
            }
        }
        for (Connection each : all) {
            each.close();
        }
    }

    /** How many appends fail until one succeeds; subscriptions may have met some of the connections before. */
    private static int failures(EventStore store) {
        for (int failed = 0; failed <= 2 * CONNECTIONS; failed++) {
            try {
                store.append(deposit(failed));
                return failed;
            } catch (RuntimeException readOnly) {
                assertThat(readOnly).hasRootCauseInstanceOf(SQLException.class);
            }
        }
        return Integer.MAX_VALUE;
    }

    private void assertGoesOn(BeanFactory context) {
        EventStore store = context.getBean(EventStore.class);
        store.append(deposit(1_000));
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(handled).contains(new Deposited(1_000)));
    }

    @Test
    void connections_to_a_read_only_server_leave_the_pool_of_boot_at_their_first_error() {
        application
                .withPropertyValues("spring.datasource.hikari.exception-override-class-name="
                        + DemotedServerEviction.class.getName())
                .run(context -> {
                    demote(context);

                    assertThat(failures(context.getBean(EventStore.class))).isLessThanOrEqualTo(CONNECTIONS);
                    assertGoesOn(context);
                });
    }

    @Test
    void a_pool_that_the_application_makes_is_given_it_before_it_runs() {
        application
                .withBean(HikariDataSource.class, () -> {
                    HikariDataSource own = new HikariDataSource();
                    config().copyStateTo(own);
                    return own;
                })
                .run(context -> {
                    demote(context);

                    assertThat(context.getBean(HikariDataSource.class).getExceptionOverride())
                            .isInstanceOf(DemotedServerEviction.class);
                    assertThat(failures(context.getBean(EventStore.class))).isLessThanOrEqualTo(CONNECTIONS);
                    assertGoesOn(context);
                });
    }

    @Test
    void a_pool_that_was_running_before_is_renewed_by_a_health_probe() {
        application
                .withBean(HikariDataSource.class, () -> new HikariDataSource(config()))
                .run(context -> {
                    demote(context);
                    EventStore store = context.getBean(EventStore.class);
                    assertThat(failures(store)).isEqualTo(Integer.MAX_VALUE);

                    Indicators.health(context, "eventsource");

                    await().atMost(Duration.ofSeconds(10))
                            .ignoreExceptions()
                            .until(() -> store.append(deposit(2)) != null);
                    assertGoesOn(context);
                });
    }

    /** Never decides anything. */
    public static final class OfTheApplication implements SQLExceptionOverride {

        /** Made by its name. */
        public OfTheApplication() {}
    }

    @Test
    void what_the_application_has_decided_stays() {
        application
                .withBean(HikariDataSource.class, () -> {
                    HikariDataSource own = new HikariDataSource();
                    config().copyStateTo(own);
                    own.setExceptionOverrideClassName(OfTheApplication.class.getName());
                    return own;
                })
                .run(context -> assertThat(
                                context.getBean(HikariDataSource.class).getExceptionOverride())
                        .isInstanceOf(OfTheApplication.class));
    }

    @Test
    void without_eventsource_pool_the_pool_stays_as_it_is() {
        application.withPropertyValues("eventsource.pool.enabled=false").run(context -> assertThat(
                        context.getBean(HikariDataSource.class).getExceptionOverride())
                .isNull());
    }

    @ParameterizedTest
    @ValueSource(strings = {"25006", "25P03", "25P04", "57P04", "57P05"})
    void a_state_that_no_later_statement_of_the_session_survives_evicts_it(String state) {
        assertThat(new DemotedServerEviction().adjudicate(new SQLException("said", state)))
                .isEqualTo(SQLExceptionOverride.Override.MUST_EVICT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"23505", "40001", "40P01", "42P01", "55P03", "57014"})
    void other_states_are_left_to_the_pool(String state) {
        assertThat(new DemotedServerEviction().adjudicate(new SQLException("said", state)))
                .isEqualTo(SQLExceptionOverride.Override.CONTINUE_EVICT);
        assertThat(new DemotedServerEviction().adjudicate(new SQLException("said")))
                .isEqualTo(SQLExceptionOverride.Override.CONTINUE_EVICT);
    }

    @Test
    void without_the_eviction_appends_fail_for_as_long_as_the_connections_live() {
        application
                .withPropertyValues("eventsource.pool.enabled=false", "eventsource.subscriptions.enabled=false")
                .run(context -> {
                    demote(context);

                    assertThat(failures(context.getBean(EventStore.class))).isEqualTo(Integer.MAX_VALUE);
                    assertThatThrownBy(() -> context.getBean(EventStore.class).append(deposit(1)))
                            .rootCause()
                            .isInstanceOfSatisfying(SQLException.class, failure -> assertThat(failure.getSQLState())
                                    .isEqualTo("25006"));
                });
    }
}
