package io.eventsource.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.event.EventEnvelope;
import io.eventsource.log.HighWaterMark;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionDefinition;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionSettings;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Noted;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

@OnEachPostgres
class ApplicationEventsIT {

    private final TestDatabase database;
    private final String name = "events-" + UUID.randomUUID();
    private final LogSignal signal = new LogSignal();
    private final EventStore store;
    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
    private final Listening listening;
    private final SubscriptionManager manager;

    ApplicationEventsIT(TestDatabase database) {
        this.database = database;
        this.store = database.store(TestEvents.codec(), signal);
        this.listening = new Listening(database.jdbc(), name);
        context.register(Transactions.class);
        context.registerBean("listening", Listening.class, () -> listening);
        context.refresh();
        ApplicationEvents handlers = new ApplicationEvents(name, Set.of("deposited"), context);
        HighWaterMark mark = HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC());
        this.manager = SubscriptionManager.builder(TestDatabase.events(database.dataSource()), mark, signal)
                .build(List.of(new SubscriptionDefinition(
                        handlers, SubscriptionSettings.defaults(), database.transactionManager())));
    }

    @AfterEach
    void stop() {
        assertThat(manager.stop(Duration.ofSeconds(10))).isTrue();
        context.close();
    }

    @EnableTransactionManagement
    static class Transactions {}

    static class Listening {

        private final JdbcTemplate jdbc;
        private final String name;
        final List<String> calls = new CopyOnWriteArrayList<>();
        final AtomicInteger failures = new AtomicInteger();

        Listening(JdbcTemplate jdbc, String name) {
            this.jdbc = jdbc;
            this.name = name;
            jdbc.execute("CREATE TABLE IF NOT EXISTS heard (listener text, transaction bigint)");
        }

        private void write() {
            jdbc.update("INSERT INTO heard VALUES (?, txid_current())", name);
        }

        @EventListener
        void onEvent(Deposited event) {
            calls.add("event " + event.amount());
            write();
        }

        @EventListener
        void onEnvelope(EventEnvelope<Deposited> event) {
            calls.add("envelope " + event.payload().amount() + " version " + event.version());
            if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException("not yet");
            }
        }

        @EventListener
        void onEnvelopeOfAnother(EventEnvelope<Noted> event) {
            calls.add("wrong envelope");
        }

        @TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT)
        void beforeCommit(Deposited event) {
            calls.add("before commit " + event.amount());
            write();
        }

        @TransactionalEventListener
        void afterCommit(Deposited event) {
            calls.add("after commit " + event.amount() + ", checkpoint seen: " + checkpointIsThere());
            throw new IllegalStateException("nobody hears this");
        }

        @TransactionalEventListener(phase = TransactionPhase.AFTER_ROLLBACK)
        void afterRollback(Deposited event) {
            calls.add("after rollback " + event.amount());
        }

        private boolean checkpointIsThere() {
            return jdbc.queryForList(
                                    "SELECT 1 FROM eventsource.projection_checkpoints WHERE projection_name = ? AND events_processed > 0",
                                    Integer.class,
                                    name)
                            .size()
                    == 1;
        }
    }

    private void deposit(long amount) {
        store.append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(amount)));
    }

    @Test
    void listeners_are_called_in_the_transaction_of_the_batch_and_after_its_commit_as_they_are_declared() {
        database.jdbc()
                .update(
                        "INSERT INTO eventsource.projection_checkpoints (projection_name, segment, position) SELECT ?, 0, coalesce(max(position), 0) FROM eventsource.events",
                        name);
        listening.failures.set(2);
        manager.start();
        deposit(42);

        await().untilAsserted(() -> assertThat(listening.calls).anyMatch(call -> call.startsWith("after commit")));

        assertThat(listening.calls)
                .containsExactly(
                        "event 42",
                        "envelope 42 version 1",
                        "after rollback 42",
                        "event 42",
                        "envelope 42 version 1",
                        "after rollback 42",
                        "event 42",
                        "envelope 42 version 1",
                        "before commit 42",
                        "after commit 42, checkpoint seen: true");
        // the two failed attempts left nothing, the third two rows of one transaction
        assertThat(database.jdbc().queryForList("SELECT transaction FROM heard WHERE listener = ?", Long.class, name))
                .hasSize(2)
                .satisfies(transactions -> assertThat(Set.copyOf(transactions)).hasSize(1));
        deposit(43);
        await().untilAsserted(() -> assertThat(listening.calls).contains("event 43"));
        assertThat(manager.statuses().get(0).position()).isPositive();
    }
}
