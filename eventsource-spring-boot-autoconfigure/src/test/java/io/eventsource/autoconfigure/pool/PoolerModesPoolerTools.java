package io.eventsource.autoconfigure.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.pool.PoolerMismatchException.Reason;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.PooledDatabase;
import io.eventsource.projection.EventHandlers;
import io.eventsource.signal.SignalRelay;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What else a pooler may be, and what an application behind it may have declared. */
@ExtendWith(OutputCaptureExtension.class)
class PoolerModesPoolerTools {

    private static String keepingSessions(String configuration) {
        return configuration.replace("pool_mode = transaction", "pool_mode = session");
    }

    @Configuration(proxyBeanMethods = false)
    static class Recording {

        private final List<Object> handled = new CopyOnWriteArrayList<>();

        @Bean
        EventHandlers deposits() {
            return new Handlers("deposits", event -> handled.add(event.payload()));
        }
    }

    private static void assertHandles(ConfigurableApplicationContext context, long amount) {
        context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(amount)));
        await().untilAsserted(() ->
                assertThat(context.getBean(Recording.class).handled).contains(new Deposited(amount)));
    }

    private static void assertRefused(PooledDatabase pooled, Reason reason, String... properties) {
        assertThatThrownBy(() -> pooled.start(Recording.class, properties).close())
                .rootCause()
                .isInstanceOfSatisfying(PoolerMismatchException.class, refusal -> assertThat(refusal.reason())
                        .isEqualTo(reason));
        assertThat(pooled.database().tables("eventsource")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "session"})
    void sessions_that_are_shared_and_not_declared_so_stop_the_start(String declared, CapturedOutput output)
            throws Exception {
        try (PooledDatabase pooled = new PooledDatabase()) {
            assertRefused(
                    pooled,
                    Reason.SESSIONS_SHARED,
                    "eventsource.pool.pooler=" + declared,
                    "eventsource.pool.session.statement-timeout=0");
            assertThat(output)
                    .contains(
                            "APPLICATION FAILED TO START",
                            "transaction mode",
                            "Set eventsource.pool.pooler=transaction");
        }
    }

    @Test
    void one_session_that_all_connections_share_is_noticed_too() throws Exception {
        try (PooledDatabase pooled =
                new PooledDatabase(text -> text.replace("default_pool_size = 20", "default_pool_size = 1"))) {
            assertRefused(
                    pooled,
                    Reason.SESSIONS_SHARED,
                    "eventsource.pool.pooler=none",
                    "eventsource.pool.session.statement-timeout=0");
        }
    }

    @Test
    void sessions_handed_out_in_turn_are_noticed_too() throws Exception {
        try (PooledDatabase pooled = new PooledDatabase(text -> text + "server_round_robin = 1\n")) {
            assertRefused(
                    pooled,
                    Reason.SESSIONS_SHARED,
                    "eventsource.pool.pooler=none",
                    "eventsource.pool.session.statement-timeout=0");
        }
    }

    @Test
    void a_pooler_without_transactions_stops_the_start(CapturedOutput output) throws Exception {
        try (PooledDatabase pooled =
                new PooledDatabase(text -> text.replace("pool_mode = transaction", "pool_mode = statement"))) {
            assertRefused(pooled, Reason.NO_TRANSACTIONS);
            assertThat(output)
                    .contains("refuses transactions (statement mode)", "Use pool_mode = transaction or session");
        }
    }

    @Test
    void named_statements_behind_a_pooler_that_does_not_know_them_stop_the_start(CapturedOutput output)
            throws Exception {
        try (PooledDatabase pooled = new PooledDatabase()) {
            assertRefused(
                    pooled,
                    Reason.STATEMENTS_NAMED,
                    "spring.datasource.hikari.data-source-properties.prepareThreshold=5");
            assertThat(output).contains("prepareThreshold=0 to the JDBC URL");
        }
    }

    @Test
    void statements_in_the_simple_protocol_have_no_names() throws Exception {
        try (PooledDatabase pooled = new PooledDatabase();
                ConfigurableApplicationContext context = pooled.start(
                        Recording.class,
                        "spring.datasource.hikari.data-source-properties.prepareThreshold=5",
                        "spring.datasource.hikari.data-source-properties.preferQueryMode=simple")) {
            assertHandles(context, 1);
        }
    }

    @Test
    void another_isolation_as_the_default_of_shared_sessions_stops_the_start() throws Exception {
        try (PooledDatabase pooled = new PooledDatabase()) {
            pooled.database()
                    .jdbc()
                    .execute("ALTER ROLE %s SET default_transaction_isolation = 'serializable'"
                            .formatted(pooled.role()));

            assertRefused(pooled, Reason.ISOLATION);
        }
    }

    @Test
    void a_startup_parameter_that_the_pooler_refuses_is_named(CapturedOutput output) throws Exception {
        try (PooledDatabase pooled = new PooledDatabase()) {
            assertThatThrownBy(() -> pooled.start(Recording.class, "eventsource.pool.session.statement-timeout=5s")
                            .close())
                    .isNotNull();
            assertThat(output)
                    .contains("unsupported startup parameter", "Behind a pooler declare it by eventsource.pool.pooler");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "session"})
    void a_pooler_that_keeps_sessions_works_with_notifications(String declared) throws Exception {
        try (PooledDatabase pooled = new PooledDatabase(PoolerModesPoolerTools::keepingSessions);
                ConfigurableApplicationContext context = pooled.start(
                        Recording.class,
                        "eventsource.pool.pooler=" + declared,
                        "spring.datasource.hikari.maximum-pool-size=5",
                        "eventsource.pool.session.statement-timeout=0")) {
            assertHandles(context, 1);
            await().until(() -> context.getBean(SignalRelay.class).status().connected());
        }
    }

    @Test
    void notifications_have_a_way_past_the_pooler_as_documented() throws Exception {
        try (PooledDatabase pooled = new PooledDatabase()) {
            Map<String, String> direct = pooled.documented("notifications:");
            String url = Objects.requireNonNull(direct.get("eventsource.notifications.url"));
            try (ConfigurableApplicationContext context =
                    pooled.start(Recording.class, "eventsource.notifications.url=" + url)) {
                await().until(() -> context.getBean(SignalRelay.class).status().connected());
                assertHandles(context, 1);
                List<Integer> listeners = pooled.database()
                        .jdbc()
                        .queryForList(
                                "SELECT pid FROM pg_catalog.pg_stat_activity WHERE application_name = 'eventsource-listener' AND client_port <> 0",
                                Integer.class);
                assertThat(listeners).hasSize(1);
            }
            // those of the pooler alone are left
            assertThat(pooled.ofEachSession(
                            "SELECT pg_catalog.pg_listening_channels()",
                            pooled.sessions().size()))
                    .allSatisfy((process, channels) -> assertThat(channels).isEmpty());
        }
    }

    @Test
    void without_such_a_way_the_log_is_polled_and_that_is_said_once(CapturedOutput output) throws Exception {
        try (PooledDatabase pooled = new PooledDatabase();
                ConfigurableApplicationContext context = pooled.start(Recording.class)) {
            assertThat(context.getBeansOfType(SignalRelay.class)).isEmpty();
            assertHandles(context, 1);
            assertThat(output.getAll().split("are found by polling each", -1)).hasSize(2);
        }
    }

    @Test
    void two_sessions_of_the_pooler_are_enough_to_start() throws Exception {
        try (PooledDatabase pooled =
                        new PooledDatabase(text -> text.replace("default_pool_size = 20", "default_pool_size = 2"));
                ConfigurableApplicationContext context = pooled.start(Recording.class)) {
            assertHandles(context, 1);
            assertThat(pooled.sessions()).hasSizeLessThanOrEqualTo(2);
        }
    }

    @Test
    void a_server_session_that_is_ended_costs_nothing_but_a_repetition() throws Exception {
        try (PooledDatabase pooled = new PooledDatabase();
                ConfigurableApplicationContext context = pooled.start(Recording.class)) {
            assertHandles(context, 1);
            pooled.database()
                    .jdbc()
                    .queryForList(
                            "SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename = ?",
                            pooled.role());

            await().ignoreExceptions().untilAsserted(() -> assertHandles(context, 2));
            assertThat(context.getBean(HikariDataSource.class).isRunning()).isTrue();
        }
    }
}
