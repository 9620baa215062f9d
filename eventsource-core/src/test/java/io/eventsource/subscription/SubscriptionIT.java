package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.event.EventDecodingException.UnknownEventTypeException;
import io.eventsource.event.EventRegistry;
import io.eventsource.log.HighWaterMark;
import io.eventsource.projection.EventHandlers;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.EventStoreSettings;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.CountingDataSource;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Noted;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;

@OnEachPostgres
class SubscriptionIT extends SubscriptionFixture {

    SubscriptionIT(TestDatabase database) {
        super(database);
    }

    @Test
    void history_and_new_events_are_handled_once_in_order_and_the_checkpoint_follows() {
        deposit(25);
        RecordingHandlers handlers = handlers();
        SubscriptionManager manager = manager(settings(10, LONG), handlers);
        manager.start();
        eventually().until(() -> handlers.effects().containsAll(allDeposits()));

        for (int i = 0; i < 20; i++) {
            deposit(2);
        }

        List<Long> all = allDeposits();
        awaitLive(manager, name, all.get(all.size() - 1));
        assertThat(handlers.effects()).containsExactlyElementsOf(all);
        assertThat(handlers.attempts()).containsExactlyElementsOf(all);
        assertThat(checkpoint()).isEqualTo(all.get(all.size() - 1));
        SubscriptionStatus status = statusOf(manager, name);
        assertThat(status.lag()).isZero();
        assertThat(status.eventsProcessed()).isEqualTo(all.size());
        assertThat(status.lastProcessedAt()).isNotNull();
        assertThat(manager.instance().tail().reading()).isTrue();
    }

    @Test
    void a_new_projection_begins_with_the_first_event_of_the_log() {
        List<Long> positions = deposit(3);
        RecordingHandlers handlers = new RecordingHandlers("new-" + name, jdbc, "deposited");
        SubscriptionManager manager = manager(settings(10_000, LONG), handlers);
        manager.start();

        awaitLive(manager, handlers.name(), positions.get(2));

        assertThat(handlers.effects())
                .containsExactlyElementsOf(jdbc.queryForList(
                        "SELECT position FROM eventsource.events WHERE event_type = 'deposited' ORDER BY position",
                        Long.class));
    }

    @Test
    void a_handler_that_fails_leaves_neither_its_row_nor_a_checkpoint_and_is_never_passed_over() {
        List<Long> first = deposit(3);
        AtomicBoolean failing = new AtomicBoolean(true);
        IllegalStateException cause = new IllegalStateException("the read model refuses");
        RecordingHandlers handlers = handlers().then(event -> {
            if (failing.get() && event.position() == first.get(1)) {
                throw cause;
            }
        });
        SubscriptionManager manager = manager(settings(1, LONG), handlers);
        manager.start();

        eventually().untilAsserted(() -> {
            assertThat(statusOf(manager, name).state()).isEqualTo(SubscriptionStatus.State.RETRYING);
            assertThat(statusOf(manager, name).failures()).isGreaterThan(3);
        });
        assertThat(statusOf(manager, name).lastFailure()).isSameAs(cause);
        assertThat(statusOf(manager, name).lag()).isPositive();
        assertThat(handlers.effects()).doesNotContainAnyElementsOf(first.subList(1, 3));
        assertThat(checkpoint()).isEqualTo(first.get(0));
        assertThat(handlers.attempts()).doesNotContain(first.get(2));

        failing.set(false);

        awaitLive(manager, name, first.get(2));
        assertThat(handlers.effects()).containsExactlyElementsOf(allDeposits());
        assertThat(statusOf(manager, name).failures()).isZero();
        assertThat(statusOf(manager, name).lastFailure()).isNull();
    }

    @Test
    void a_batch_that_fails_is_rolled_back_as_a_whole_and_repeated_up_to_the_event() {
        List<Long> batch = deposit(10);
        AtomicBoolean failing = new AtomicBoolean(true);
        RecordingHandlers handlers = handlers().then(event -> {
            if (failing.get() && event.position() == batch.get(9)) {
                throw new IllegalStateException("the last one fails");
            }
        });
        SubscriptionManager manager = manager(settings(10_000, LONG), handlers);
        manager.start();
        eventually().until(() -> statusOf(manager, name).failures() > 1);

        // rolled back as a whole, then handled in parts up to the one that fails
        assertThat(List.copyOf(handlers.attempts()).subList(0, 11))
                .containsExactlyElementsOf(concat(batch, batch.subList(0, 1)));
        assertThat(handlers.effects()).containsExactlyElementsOf(batch.subList(0, 9));
        assertThat(checkpoint()).isEqualTo(batch.get(8));

        failing.set(false);
        awaitLive(manager, name, batch.get(9));
        assertThat(handlers.effects()).containsExactlyElementsOf(allDeposits());
    }

    private static <T> List<T> concat(List<T> first, List<T> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    @Test
    void an_error_that_is_no_exception_is_retried_and_shown_too() {
        List<Long> positions = deposit(1);
        AtomicBoolean failing = new AtomicBoolean(true);
        RecordingHandlers handlers = handlers().then(event -> {
            if (failing.get()) {
                throw new NoClassDefFoundError("missing");
            }
        });
        SubscriptionManager manager = manager(settings(10, LONG), handlers);
        manager.start();

        eventually().untilAsserted(() -> {
            assertThat(statusOf(manager, name).state()).isEqualTo(SubscriptionStatus.State.RETRYING);
            assertThat(statusOf(manager, name).lastFailure()).isInstanceOf(NoClassDefFoundError.class);
        });
        failing.set(false);
        awaitLive(manager, name, positions.get(0));
    }

    @Test
    void a_type_that_nobody_registered_is_parked_and_only_where_it_is_asked_for() {
        AppendResult note = store.append(StreamAppend.to("note", UUID.randomUUID(), new Noted("x")));
        List<Long> positions = deposit(1);
        RecordingHandlers deposits = handlers();
        RecordingHandlers notes = new RecordingHandlers("notes-" + name, jdbc, "noted");
        SubscriptionManager manager = manager(
                settings(10, LONG), signal, TestEvents.codec(EventRegistry.of(Deposited.class)), deposits, notes);
        manager.start();

        awaitLive(manager, name, positions.get(0));
        awaitLive(manager, notes.name(), positions.get(0));
        assertThat(jdbc.queryForList(
                        """
                        SELECT projection_name || ' ' || error_type FROM eventsource.dead_letter_queue
                         WHERE position = ?""",
                        String.class,
                        note.lastPosition()))
                .containsExactly(notes.name() + " " + UnknownEventTypeException.class.getName());
    }

    @Test
    void a_transaction_manager_of_another_data_source_is_refused_with_what_to_do() {
        deposit(1);
        try (TestDatabase other = database.neighbour()) {
            RecordingHandlers handlers = handlers();
            assertThatThrownBy(() -> manager(
                            List.of(handlers),
                            settings(10, LONG),
                            signal,
                            TestEvents.codec(),
                            database.dataSource(),
                            new JdbcTransactionManager(other.dataSource())))
                    .hasMessageContaining("does not govern the data source of the event store")
                    .hasMessageContaining("Give it a transaction manager of that data source");
        }
    }

    @Test
    void so_is_one_that_does_not_say_what_it_manages_at_its_first_batch() {
        deposit(1);
        try (TestDatabase other = database.neighbour()) {
            PlatformTransactionManager hidden = new JdbcTransactionManager(other.dataSource());
            RecordingHandlers handlers = handlers();
            SubscriptionManager manager = manager(
                    List.of(handlers),
                    settings(10, LONG),
                    signal,
                    TestEvents.codec(),
                    database.dataSource(),
                    new PlatformTransactionManager() {
                        @Override
                        public TransactionStatus getTransaction(@Nullable TransactionDefinition definition) {
                            return hidden.getTransaction(definition);
                        }

                        @Override
                        public void commit(TransactionStatus status) {
                            hidden.commit(status);
                        }

                        @Override
                        public void rollback(TransactionStatus status) {
                            hidden.rollback(status);
                        }
                    });
            manager.start();

            eventually().untilAsserted(() -> assertThat(statusOf(manager, name).lastFailure())
                    .hasMessageContaining("does not govern the data source of the event store"));
            assertThat(handlers.attempts()).isEmpty();
            assertThat(manager.stop(STOP_WITHIN)).isTrue();
        }
    }

    @Test
    void events_of_another_process_arrive_within_the_poll_interval() {
        RecordingHandlers handlers = handlers();
        SubscriptionManager manager = manager(settings(10, SHORT), new LogSignal(), TestEvents.codec(), handlers);
        manager.start();
        awaitLive(manager, name, base);

        List<Long> positions = deposit(2);

        eventually().until(() -> handlers.effects().containsAll(positions));
    }

    @Test
    void an_event_that_was_hidden_behind_a_gap_arrives_without_a_further_event_or_signal() {
        RecordingHandlers handlers = handlers();
        SubscriptionManager manager = manager(settings(10, LONG), handlers);
        manager.start();
        AtomicInteger hidden = new AtomicInteger();
        EventStore immediate = TestDatabase.store(
                database.dataSource(),
                TestEvents.codec(),
                HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                signal,
                new EventStoreSettings(AppendTiming.IMMEDIATE, Duration.ofSeconds(30), true));
        database.transaction().executeWithoutResult(status -> {
            immediate.append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)));
            // another transaction commits behind the gap and signals
            List<Long> behind = CompletableFuture.supplyAsync(() -> deposit(1)).join();
            hidden.set(behind.get(0).intValue());
            eventually().during(Duration.ofMillis(100)).until(() -> !handlers.attempts()
                    .contains(behind.get(0)));
            status.setRollbackOnly();
        });

        eventually().until(() -> handlers.effects().contains(hidden.longValue()));
    }

    @Test
    void fifty_idle_subscriptions_issue_no_statement_of_their_own() {
        List<Long> positions = deposit(1);
        CountingDataSource counting = new CountingDataSource(database.dataSource());
        List<EventHandlers> fifty = IntStream.range(0, 50)
                .<EventHandlers>mapToObj(i -> new RecordingHandlers("idle-" + i + "-" + name, jdbc, "deposited"))
                .toList();
        SubscriptionManager manager = manager(
                fifty,
                settings(10_000, Duration.ofMillis(20)),
                signal,
                TestEvents.codec(),
                counting,
                new JdbcTransactionManager(counting));
        manager.start();
        fifty.forEach(each -> awaitLive(manager, each.name(), positions.get(0)));
        int before = counting.statements();
        long began = System.nanoTime();

        eventually().until(() -> counting.statements() >= before + 40);

        // two statements for each look of the one tail reader, none for the subscriptions
        long looks = Duration.ofNanos(System.nanoTime() - began).toMillis() / 20 + 2;
        assertThat(counting.statements() - before).isLessThanOrEqualTo((int) (2 * looks) + 2);
    }

    @Test
    void events_that_a_subscription_does_not_ask_for_move_its_place_without_a_write_for_each() {
        RecordingHandlers handlers = new RecordingHandlers(name, jdbc, "measured");
        SubscriptionManager manager = manager(settings(10, LONG), handlers);
        manager.start();
        List<Long> positions = deposit(10);

        awaitLive(manager, name, positions.get(9));

        assertThat(handlers.attempts()).isEmpty();
        assertThat(checkpoint()).isLessThan(positions.get(9));
        List<Long> many = deposit(1100);
        eventually().until(() -> checkpoint() >= many.get(0));
    }
}
