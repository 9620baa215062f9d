package io.eventsource.autoconfigure.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.PooledDatabase;
import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * An application behind a real PgBouncer in transaction mode, configured by what docs/operations.md says. Runs in the profiles
 * {@code pgbouncer} and {@code server-tools}.
 */
class TransactionPoolerTools {

    private static final int CALLERS = 8;
    private static final int APPENDS = 2_000;

    /** PgBouncer itself sets these of each client, and no others. */
    private static final Set<String> OF_PGBOUNCER =
            Set.of("application_name", "client_encoding", "DateStyle", "TimeZone", "standard_conforming_strings");

    private static final String SETTINGS =
            "SELECT name || '=' || setting FROM pg_catalog.pg_settings WHERE source IN ('session', 'client') AND name NOT LIKE 'transaction%' ORDER BY 1";

    private final PooledDatabase pooled = new PooledDatabase();

    TransactionPoolerTools() throws IOException {}

    @AfterEach
    void close() throws IOException {
        pooled.close();
    }

    /** A read model in the schema that the session's search path names, as most applications have it. */
    @Configuration(proxyBeanMethods = false)
    static class Deposits {

        @Bean
        ApplicationRunner table(JdbcTemplate jdbc) {
            return arguments -> jdbc.execute(
                    "CREATE TABLE IF NOT EXISTS deposits (position bigint PRIMARY KEY, amount bigint NOT NULL)");
        }

        @Bean
        EventHandlers deposits(JdbcTemplate jdbc) {
            return new Handlers("deposits", event -> insert(jdbc, event));
        }

        private static void insert(JdbcTemplate jdbc, EventEnvelope<Object> event) {
            jdbc.update(
                    "INSERT INTO public.deposits VALUES (?, ?)",
                    event.position(),
                    ((Deposited) event.payload()).amount());
        }
    }

    private static StreamAppend deposit(long amount) {
        return StreamAppend.to("Account", UUID.randomUUID(), new Deposited(amount));
    }

    private long deposits() {
        return pooled.database().count("SELECT count(*) FROM public.deposits");
    }

    /** Every third append stands in a transaction with another statement. */
    private static void append(ConfigurableApplicationContext context, int caller) {
        EventStore store = context.getBean(EventStore.class);
        JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
        TransactionTemplate transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
        for (int n = 0; n < APPENDS; n++) {
            int amount = n;
            if (n % 3 == caller % 3) {
                transaction.executeWithoutResult(status -> {
                    store.append(deposit(amount));
                    jdbc.queryForObject("SELECT count(*) FROM public.deposits WHERE position < 0", Long.class);
                });
            } else {
                store.append(deposit(amount));
            }
        }
    }

    @Test
    void eight_callers_and_a_projection_lose_nothing_behind_a_documented_pooler() throws Exception {
        try (ConfigurableApplicationContext context = pooled.start(Deposits.class)) {
            ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
            List<Future<?>> running = new ArrayList<>();
            for (int n = 0; n < CALLERS; n++) {
                int caller = n;
                running.add(callers.submit(() -> append(context, caller)));
            }
            for (Future<?> each : running) {
                each.get();
            }
            callers.shutdown();

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(deposits()).isEqualTo((long) CALLERS * APPENDS));
            assertThat(pooled.database().count("SELECT count(*) FROM eventsource.events"))
                    .isEqualTo((long) CALLERS * APPENDS);
            assertThat(pooled.database().count("SELECT count(*) FROM eventsource.dead_letter_queue"))
                    .isZero();
            assertThat(context.getBean(HikariDataSource.class).getDataSourceProperties())
                    .containsEntry("prepareThreshold", "0")
                    .doesNotContainKey("options");
        }
        assertSessionsAreClean();
    }

    @Test
    void ten_starts_leave_no_setting_in_any_session_of_the_server() throws Exception {
        for (int n = 0; n < 10; n++) {
            try (ConfigurableApplicationContext context = pooled.start(Deposits.class)) {
                EventStore store = context.getBean(EventStore.class);
                store.append(deposit(n));
                long expected = n + 1L;
                await().until(() -> deposits() == expected);
            }
        }

        assertSessionsAreClean();
        assertThat(pooled.database()
                        .jdbc()
                        .queryForList("SELECT schemaname FROM pg_tables WHERE tablename = 'deposits'", String.class))
                .containsExactly("public");
    }

    /** Looks at all sessions that the server has for the pooler. */
    private void assertSessionsAreClean() throws Exception {
        List<Integer> sessions = pooled.sessions();
        int asked = sessions.size();
        assertThat(sessions).isNotEmpty();
        assertThat(pooled.ofEachSession(SETTINGS, asked))
                .containsOnlyKeys(sessions)
                .allSatisfy((process, settings) -> assertThat(settings.stream()
                                .filter(each -> !OF_PGBOUNCER.contains(each.substring(0, each.indexOf('=')))))
                        .as("what was set in session %d", process)
                        .isEmpty());
        assertThat(pooled.ofEachSession("SELECT current_setting('search_path') || current_user::text", asked))
                .allSatisfy((process, found) -> assertThat(found).containsExactly("\"$user\", public" + pooled.role()));
        assertThat(pooled.ofEachSession("SELECT name FROM pg_catalog.pg_prepared_statements", asked))
                .allSatisfy((process, names) -> assertThat(names).isEmpty());
        assertThat(pooled.ofEachSession("SELECT pg_catalog.pg_listening_channels()", asked))
                .allSatisfy((process, channels) -> assertThat(channels).isEmpty());
        assertThat(pooled.database().count("SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'advisory'"))
                .isZero();
        assertThat(pooled.database().count("SELECT count(*) FROM pg_catalog.pg_class WHERE relpersistence = 't'"))
                .isZero();
    }
}
