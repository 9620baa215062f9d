package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.StoppableServer;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * What a projection writes to goes away while it catches up: it waits with its circuit breaker open, and afterwards every event is
 * handled and none is parked. The system properties {@code eventsource.test.outage-events} and
 * {@code eventsource.test.outage-seconds} say of how many events and for how long.
 */
class ReadModelOutageIT extends SubscriptionFixture {

    private static final int EVENTS = Integer.getInteger("eventsource.test.outage-events", 20_000);
    private static final Duration OUTAGE = Duration.ofSeconds(Integer.getInteger("eventsource.test.outage-seconds", 2));
    private static final int POSTGRES = 18;
    private static final int APPENDED_AT_ONCE = 1_000;
    private static final Tuning TUNING = new Tuning(
            quick(100).toBuilder()
                    .retry(new SubscriptionSettings.Retry(0, Duration.ofMillis(5), 2, Duration.ofMillis(50)))
                    .circuitBreaker(new SubscriptionSettings.CircuitBreaker(
                            true, 3, Duration.ofMillis(100), Duration.ofMillis(400), 10))
                    .build(),
            SHORT);

    ReadModelOutageIT() {
        super(TestDatabase.migrated(POSTGRES));
    }

    @AfterEach
    void close() {
        managers.forEach(each -> assertThat(each.stop(STOP_WITHIN)).isTrue());
        database.close();
    }

    /** Writes a batch at once, to wherever that is. */
    private record Remembering(String name, Delivery delivery, JdbcTemplate jdbc) implements EventHandlers {

        Remembering {
            jdbc.execute("CREATE TABLE remembered (position bigint)");
        }

        @Override
        public Set<String> eventTypes() {
            return Set.of("deposited");
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            handleAll(List.of(event));
        }

        @Override
        public void handleAll(List<EventEnvelope<Object>> events) {
            jdbc.batchUpdate(
                    "INSERT INTO remembered VALUES (?)",
                    events.stream().map(each -> new Object[] {each.position()}).toList());
        }

        long count() {
            return jdbc.queryForList("SELECT count(*) FROM remembered", Long.class)
                    .get(0);
        }

        List<Long> positions() {
            return jdbc.queryForList("SELECT DISTINCT position FROM remembered ORDER BY position", Long.class);
        }
    }

    private void appendAll() {
        for (int i = 0; i < EVENTS; i += APPENDED_AT_ONCE) {
            store.append(StreamAppend.to(
                    "account", UUID.randomUUID(), Collections.nCopies(APPENDED_AT_ONCE, new Deposited(1))));
        }
    }

    private SubscriptionManager manager(
            Remembering handlers, DataSource dataSource, PlatformTransactionManager transactions) {
        return manager(List.of(handlers), TUNING, signal, TestEvents.codec(), dataSource, transactions);
    }

    private static ConditionFactory patiently() {
        return eventually().atMost(Duration.ofMinutes(1));
    }

    private void outage(SubscriptionManager manager, Remembering handlers, Runnable begin, Runnable end)
            throws InterruptedException {
        appendAll();
        manager.start();
        patiently().until(() -> handlers.count() >= EVENTS / 20);
        begin.run();
        assertThat(statusOf(manager, name).position())
                .as("it was struck while catching up")
                .isLessThan(EVENTS);
        patiently().until(() -> statusOf(manager, name).state() == SubscriptionStatus.State.CIRCUIT_OPEN);
        assertThat(statusOf(manager, name).fault()).isNotNull();
        boolean unused = new CountDownLatch(1).await(OUTAGE.toMillis(), TimeUnit.MILLISECONDS);
        SubscriptionStatus meanwhile = statusOf(manager, name);
        assertThat(meanwhile.state()).isEqualTo(SubscriptionStatus.State.CIRCUIT_OPEN);
        assertThat(meanwhile.lag()).isPositive();
        assertThat(meanwhile.lastFailure()).isNotNull();
        end.run();
        patiently().untilAsserted(() -> {
            assertThat(statusOf(manager, name).state()).isEqualTo(SubscriptionStatus.State.LIVE);
            assertThat(statusOf(manager, name).position()).isGreaterThanOrEqualTo(EVENTS);
        });
        patiently().until(() -> statusOf(manager, name).fault() == null);
        assertThat(handlers.positions()).isEqualTo(allDeposits());
        assertThat(jdbc.queryForObject("SELECT count(*) FROM eventsource.dead_letter_queue", Long.class))
                .isZero();
        assertThat(manager.errors().statistics().total().deadLetters()).isZero();
        assertThat(states)
                .anyMatch(each -> each.endsWith("-> CIRCUIT_OPEN"))
                .anyMatch(each -> each.contains(": CIRCUIT_OPEN -> "));
    }

    @Test
    void a_server_with_the_read_model_that_is_away_for_a_while_costs_no_event() throws Exception {
        try (StoppableServer server = new StoppableServer(POSTGRES);
                HikariDataSource pool = server.pool(Duration.ofMillis(250))) {
            Remembering handlers = new Remembering(name, Delivery.AT_LEAST_ONCE, new JdbcTemplate(pool));
            SubscriptionManager manager = manager(handlers, database.dataSource(), new JdbcTransactionManager(pool));

            outage(manager, handlers, server::stop, server::start);
        }
    }

    /** Hands out no connection to threads of subscriptions while it is away. */
    private static final class Refusing extends DelegatingDataSource {

        private final AtomicBoolean away = new AtomicBoolean();

        Refusing(DataSource target) {
            super(target);
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (away.get()) {
                throw new SQLTransientConnectionException("refused by the test", "08001");
            }
            return super.getConnection();
        }
    }

    @Test
    void the_event_store_and_the_read_model_being_away_together_costs_no_event_and_doubles_none() throws Exception {
        Refusing refusing = new Refusing(database.dataSource());
        JdbcTemplate writing = new JdbcTemplate(refusing);
        Remembering handlers = new Remembering(name, Delivery.EXACTLY_ONCE, writing);
        SubscriptionManager manager = manager(handlers, refusing, new JdbcTransactionManager(refusing));

        outage(manager, handlers, () -> refusing.away.set(true), () -> refusing.away.set(false));

        assertThat(handlers.count()).isEqualTo(EVENTS);
    }
}
