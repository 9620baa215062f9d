package io.eventsource.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.batch.BatchTransaction.HandlerOutsideBatchException;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorListeners;
import io.eventsource.event.EventEnvelope;
import io.eventsource.message.MessageAttributes;
import io.eventsource.message.MessageContent;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.MethodEventHandlers;
import io.eventsource.projection.Projection;
import io.eventsource.subscription.ErrorHandling;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.SettableClock;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.Threads;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;

@OnEachPostgres
class InboxIT {

    private static final String KEY = "c8b0a1de-0000-4000-8000-000000000001";

    private final TestDatabase database;
    private final JdbcTemplate jdbc;
    private final Inbox inbox;
    private final String name = "c-" + UUID.randomUUID();
    private final List<Long> attempts = new CopyOnWriteArrayList<>();

    InboxIT(TestDatabase database) {
        this.database = database;
        this.jdbc = database.jdbc();
        this.inbox = new Inbox(jdbc, TestDatabase.SCHEMA);
        jdbc.execute("CREATE TABLE IF NOT EXISTS deposits (consumer text, amount bigint)");
    }

    private static IncomingMessage message(String key, int number) {
        return message(key, "m-" + number, "{\"amount\": %d}".formatted(number), "deposited");
    }

    private static IncomingMessage message(String key, String id, String json, String type) {
        return new IncomingMessage(
                "topic-0",
                id,
                key,
                new MessageAttributes(id, "/bank", type, key, Instant.parse("2026-01-01T00:00:00Z")),
                MessageContent.json(json),
                Map.of(
                        "aggregatetype",
                        "account",
                        "aggregateversion",
                        "7",
                        "tenantid",
                        "t1",
                        "traceparent",
                        "00-1-2-01"));
    }

    private static List<IncomingMessage> messages(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(number -> message(KEY, number))
                .toList();
    }

    /** Writes a row for each deposit, then does what the test wants. */
    private record Depositing(String name, JdbcTemplate jdbc, Consumer<EventEnvelope<Object>> then)
            implements EventHandlers {

        @Override
        public Set<String> eventTypes() {
            return Set.of("deposited");
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            jdbc.update("INSERT INTO deposits VALUES (?, ?)", name, ((Deposited) event.payload()).amount());
            then.accept(event);
        }
    }

    private InboxConsumer consumer(PoisonMessages poison, Consumer<EventEnvelope<Object>> then) {
        return new InboxConsumer(
                new DeadLetterReplay.Target(
                        new Depositing(name, jdbc, then.andThen(event -> attempts.add(amount(event)))),
                        database.transactionManager()),
                TestDatabase.events(database.dataSource()),
                poison,
                ErrorHandling.defaults(),
                new InboxConsumer.Settings(100, Duration.ofMillis(1), Duration.ofMillis(4), Duration.ofHours(1)));
    }

    private InboxPartition partition(Consumer<EventEnvelope<Object>> then) {
        return consumer(PoisonMessages.repeatForEver(), then).partition("topic-0");
    }

    private static long amount(EventEnvelope<Object> event) {
        return ((Deposited) event.payload()).amount();
    }

    private static Consumer<EventEnvelope<Object>> failingOn(long amount) {
        return event -> {
            if (amount(event) == amount) {
                throw new IllegalStateException("not " + amount);
            }
        };
    }

    private List<Long> deposits() {
        return jdbc.queryForList("SELECT amount FROM deposits WHERE consumer = ? ORDER BY 1", Long.class, name);
    }

    private long rows() {
        return jdbc.queryForList("SELECT count(*) FROM eventsource.event_inbox WHERE consumer = ?", Long.class, name)
                .get(0);
    }

    @Nested
    class WhileSomebodySetsTheClock {

        private final SettableClock clock = new SettableClock();
        private final List<ErrorInfo> errors = new CopyOnWriteArrayList<>();

        @ParameterizedTest
        @ValueSource(longs = {1, -1})
        void the_pause_after_a_failure_is_as_long_as_it_is(long hours) {
            ErrorHandling handling = new ErrorHandling(
                    ErrorClassifier.standard(), new ErrorListeners(List.of(errors::add)), AutomaticRetry.OFF);
            InboxPartition partition = new InboxPartition(
                    consumer(PoisonMessages.repeatForEver(), failingOn(0)), handling, "topic-0", clock.clocks());
            assertThat(partition.handle(messages(0, 1))).isZero();
            long pause = partition.pauseNanos();
            assertThat(pause).isPositive();

            clock.set(Duration.ofHours(hours));
            assertThat(partition.pauseNanos()).isEqualTo(pause);

            clock.pass(Duration.ofSeconds(3));
            assertThat(partition.pauseNanos()).isNegative();
            assertThat(partition.handle(messages(0, 1))).isZero();
            ErrorInfo last = errors.get(errors.size() - 1);
            assertThat(last.occurredAt()).as("shown by the wall clock").isEqualTo(clock.instant());
            assertThat(Duration.between(last.firstOccurredAt(), last.occurredAt()))
                    .isEqualTo(Duration.ofSeconds(3));
        }
    }

    @Nested
    class Leaving {

        @Projection("replaced by the test")
        public class Methods {

            private final Connections act;

            Methods(Connections act) {
                this.act = act;
            }

            @EventHandler
            public void on(Deposited deposited) {
                jdbc.update("INSERT INTO deposits VALUES (?, ?)", name, deposited.amount());
                if (deposited.amount() == 2) {
                    jdbc.execute((ConnectionCallback<Boolean>) connection -> {
                        act.on(connection);
                        return true;
                    });
                }
            }
        }

        interface Connections {
            void on(Connection connection) throws SQLException;
        }

        private InboxPartition partition(Connections act) {
            EventHandlers methods =
                    new EventHandlers.Decorator(MethodEventHandlers.of(new Methods(act), TestEvents.registry())) {
                        @Override
                        public String name() {
                            return name;
                        }
                    };
            return new InboxConsumer(
                            new DeadLetterReplay.Target(methods, database.transactionManager()),
                            TestDatabase.events(database.dataSource()),
                            PoisonMessages.repeatForEver(),
                            ErrorHandling.defaults(),
                            new InboxConsumer.Settings(
                                    100, Duration.ofMillis(1), Duration.ofMillis(4), Duration.ofHours(1)))
                    .partition("topic-0");
        }

        @Test
        void a_message_whose_handler_rolls_back_on_the_connection_holds_its_partition() {
            InboxPartition partition = partition(Connection::rollback);

            // others behind it in the same transaction would hide it
            assertThat(partition.handle(messages(1, 5))).isEqualTo(1);

            assertThat(partition.status().failure())
                    .isInstanceOf(HandlerOutsideBatchException.class)
                    .hasMessageContaining("committed or rolled back");
            assertThat(deposits()).containsExactly(1L);
            assertThat(rows()).isEqualTo(1);
        }

        @Test
        void so_does_one_whose_handler_switches_auto_commit_on() {
            InboxPartition partition = partition(connection -> connection.setAutoCommit(true));

            assertThat(partition.handle(messages(1, 5))).isEqualTo(1);

            assertThat(partition.status().failure()).hasMessageContaining("switched auto-commit on");
            assertThat(deposits()).contains(1L).doesNotContain(3L, 4L);
            assertThat(rows()).isEqualTo(1);
        }
    }

    @Nested
    class Handling {

        @Test
        void a_message_takes_effect_once_however_often_it_is_delivered() {
            InboxPartition partition = partition(event -> {});

            assertThat(partition.handle(messages(0, 3))).isEqualTo(3);
            assertThat(partition.handle(messages(0, 5))).isEqualTo(5);
            assertThat(partition(event -> {}).handle(messages(0, 5))).isEqualTo(5);

            assertThat(deposits()).containsExactly(0L, 1L, 2L, 3L, 4L);
            assertThat(partition.status().counts().handled()).isEqualTo(5);
            assertThat(partition.status().counts().passedOver()).isEqualTo(3);
        }

        @Test
        void a_message_that_stands_twice_in_a_batch_takes_effect_once() {
            assertThat(partition(event -> {}).handle(List.of(message(KEY, 1), message(KEY, 2), message(KEY, 1))))
                    .isEqualTo(3);

            assertThat(attempts).containsExactly(1L, 2L);
        }

        @Test
        void another_consumer_and_another_source_are_other_messages() {
            partition(event -> {}).handle(messages(0, 1));
            IncomingMessage same = message(KEY, 0);

            assertThat(inbox.record(name + "-2", List.of(same))).containsExactly(same);
            IncomingMessage elsewhere = new IncomingMessage(
                    same.partition(),
                    same.place(),
                    same.key(),
                    new MessageAttributes(same.id(), "/elsewhere", same.type(), same.subject(), same.time()),
                    same.content(),
                    same.headers());
            assertThat(inbox.record(name, List.of(same, elsewhere))).containsExactly(elsewhere);
        }

        @Test
        void of_transactions_that_handle_the_same_messages_at_once_each_effect_takes_place_once() {
            List<IncomingMessage> messages = new ArrayList<>(messages(0, 50));
            List<IncomingMessage> reversed = new ArrayList<>(messages);
            java.util.Collections.reverse(reversed);

            List<Integer> done = Threads.race(List.of(
                    () -> partition(event -> {}).handle(messages),
                    () -> partition(event -> {}).handle(reversed),
                    () -> partition(event -> {}).handle(messages),
                    () -> partition(event -> {}).handle(reversed)));

            assertThat(done).containsExactly(50, 50, 50, 50);
            assertThat(deposits()).hasSize(50).doesNotHaveDuplicates();
        }

        @Test
        void events_of_no_interest_are_passed_over_without_a_row() {
            assertThat(partition(event -> {}).handle(List.of(message(KEY, "x", "{}", "shipped"))))
                    .isEqualTo(1);

            assertThat(rows()).isZero();
        }

        @Test
        void the_envelope_says_what_the_headers_say() {
            List<EventEnvelope<Object>> seen = new ArrayList<>();

            partition(seen::add).handle(messages(4, 5));

            EventEnvelope<Object> event = seen.get(0);
            assertThat(event.aggregateId()).isEqualTo(UUID.fromString(KEY));
            assertThat(event.aggregateType()).isEqualTo("account");
            assertThat(event.version()).isEqualTo(7);
            assertThat(event.timestamp()).isEqualTo("2026-01-01T00:00:00Z");
            assertThat(event.metadata().tenantId()).isEqualTo("t1");
            assertThat(event.metadata().headers()).containsExactly(Map.entry("traceparent", "00-1-2-01"));
        }

        @Test
        void a_transaction_manager_of_another_data_source_is_refused_with_what_to_do() {
            try (TestDatabase elsewhere = database.neighbour()) {
                InboxPartition partition = new InboxConsumer(
                                new DeadLetterReplay.Target(
                                        new Depositing(name, jdbc, event -> {}),
                                        new JdbcTransactionManager(elsewhere.dataSource())),
                                TestDatabase.events(database.dataSource()),
                                PoisonMessages.repeatForEver(),
                                ErrorHandling.defaults(),
                                InboxConsumer.Settings.defaults())
                        .partition("topic-0");

                assertThat(partition.handle(messages(0, 1))).isZero();

                assertThat(partition.status().failure())
                        .hasMessageContaining("does not govern the data source of the inbox");
                assertThat(rows()).isZero();
            }
        }
    }

    @Nested
    class Failing {

        @Test
        void what_is_before_the_failing_message_takes_effect_and_nothing_behind_it() {
            InboxPartition partition = partition(failingOn(3));

            assertThat(partition.handle(messages(0, 6))).isEqualTo(3);
            assertThat(partition.handle(messages(3, 6))).isZero();

            assertThat(deposits()).containsExactly(0L, 1L, 2L);
            assertThat(rows()).isEqualTo(3);
            assertThat(partition.status().failures()).isEqualTo(2);
            assertThat(partition.status().failure()).hasMessage("not 3");
        }

        @Test
        void pauses_grow_up_to_the_longest() {
            InboxPartition partition = new InboxConsumer(
                            new DeadLetterReplay.Target(
                                    new Depositing(name, jdbc, failingOn(0)), database.transactionManager()),
                            TestDatabase.events(database.dataSource()),
                            PoisonMessages.repeatForEver(),
                            ErrorHandling.defaults(),
                            new InboxConsumer.Settings(
                                    100, Duration.ofMinutes(1), Duration.ofMinutes(4), Duration.ofHours(1)))
                    .partition("topic-0");
            List<Long> minutes = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                assertThat(partition.handle(messages(0, 1))).isZero();
                minutes.add(Math.round(partition.pauseNanos() / 60e9));
            }

            assertThat(minutes).containsExactly(1L, 2L, 4L, 4L);
        }

        @Test
        void a_message_that_succeeds_at_last_lets_the_partition_go_on() {
            List<Boolean> broken = new CopyOnWriteArrayList<>(List.of(true));
            InboxPartition partition = partition(event -> {
                if (!broken.isEmpty()) {
                    throw new IllegalStateException("broken");
                }
            });
            assertThat(partition.handle(messages(0, 3))).isZero();

            broken.clear();

            assertThat(partition.handle(messages(0, 3))).isEqualTo(3);
            assertThat(partition.status().failures()).isZero();
            assertThat(partition.pauseNanos()).isLessThanOrEqualTo(0);
            assertThat(deposits()).containsExactly(0L, 1L, 2L);
        }

        @Test
        void a_message_without_an_id_or_with_an_unreadable_number_is_named() {
            IncomingMessage nameless = message(KEY, "", "{}", "");
            InboxPartition partition = partition(event -> {});

            assertThat(partition.handle(List.of(nameless))).isZero();

            assertThat(partition.status().failure())
                    .isInstanceOf(InvalidMessageException.class)
                    .hasMessageContaining("it has no id");
        }

        @Test
        void a_payload_that_does_not_fit_is_named() {
            InboxPartition partition = partition(event -> {});

            assertThat(partition.handle(List.of(message(KEY, "m-1", "{\"amount\": \"much\"}", "deposited"))))
                    .isZero();

            assertThat(partition.status().failure())
                    .hasMessageContaining("deposited")
                    .hasMessageContaining("amount");
        }
    }

    @Nested
    class Forgetting {

        @Test
        void only_what_is_old_and_acknowledged_is_forgotten() {
            partition(event -> {}).handle(messages(0, 4));
            age(0, "5 hours");
            age(1, "3 hours");
            age(2, "30 minutes");
            Instant twoHoursAgo = inbox.now().minus(Duration.ofMinutes(150));

            // the one of three hours ago is not an hour older than what is acknowledged
            assertThat(inbox.forget(name, "topic-0", twoHoursAgo, Duration.ofHours(1)))
                    .isEqualTo(1);
            assertThat(inbox.forget(name, "topic-1", inbox.now(), Duration.ofHours(1)))
                    .isZero();
            assertThat(inbox.forget(name, "topic-0", inbox.now(), Duration.ofHours(4)))
                    .isZero();
            assertThat(inbox.forget(name, "topic-0", inbox.now(), Duration.ofHours(1)))
                    .isEqualTo(1);

            assertThat(rows()).isEqualTo(2);
        }

        private void age(int number, String interval) {
            jdbc.update(
                    "UPDATE eventsource.event_inbox SET received_at = clock_timestamp() - ?::interval WHERE consumer = ? AND message_id = ?",
                    interval,
                    name,
                    "m-" + number);
        }

        @Test
        void a_retention_below_an_hour_is_refused() {
            assertThatThrownBy(() -> new InboxConsumer.Settings(
                            1, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofMinutes(59)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("retention must be an hour or more");
        }
    }
}
