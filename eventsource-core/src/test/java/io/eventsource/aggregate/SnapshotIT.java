package io.eventsource.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.eventsource.event.EventEncodingException;
import io.eventsource.event.JacksonPayloadSerializer;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.proof.UnprovenTypeException;
import io.eventsource.snapshot.SnapshotListener;
import io.eventsource.snapshot.SnapshotListener.SnapshotStatistics;
import io.eventsource.snapshot.SnapshotPolicy;
import io.eventsource.snapshot.SnapshotSettings;
import io.eventsource.snapshot.SnapshotSettings.SnapshotMode;
import io.eventsource.snapshot.Snapshots;
import io.eventsource.store.EventStore;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.SnapshotRepository;
import io.eventsource.store.SnapshotRepository.StreamSnapshot;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.CountingDataSource;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.AccountEvent;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.Threads;
import io.eventsource.time.Ticker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

@OnEachPostgres
class SnapshotIT {

    private static final CommandRetries RETRIES = new CommandRetries(10, Duration.ofMillis(2), Duration.ofMillis(100));
    private static final Executor NOBODY = task -> {
        throw new AssertionError("nothing is taken in the background here");
    };

    private final TestDatabase database;
    private final EventStore store;
    private final SnapshotRepository repository;
    private final SnapshotStatistics statistics = new SnapshotStatistics();
    private final UUID id = UUID.randomUUID();

    SnapshotIT(TestDatabase database) {
        this.database = database;
        this.store = database.store();
        this.repository = SnapshotRepository.postgres(database.dataSource(), TestDatabase.SCHEMA);
    }

    private Snapshots snapshots(DataSource dataSource, SnapshotMode mode, SnapshotPolicy policy, Executor background) {
        return new Snapshots(
                SnapshotRepository.postgres(dataSource, TestDatabase.SCHEMA),
                new JacksonPayloadSerializer(),
                type -> new SnapshotSettings(mode, policy),
                new TransactionParticipation(dataSource),
                background,
                List.of(statistics),
                Ticker.system());
    }

    private AggregateRepository<Ledger> ledgers(SnapshotMode mode, SnapshotPolicy policy, Executor background) {
        return AggregateRepository.of(
                Ledger.class, store, RETRIES, snapshots(database.dataSource(), mode, policy, background));
    }

    private AggregateRepository<Ledger> every(int events) {
        return ledgers(SnapshotMode.SYNC, SnapshotPolicy.every(events), NOBODY);
    }

    private AggregateRepository<Ledger> manual() {
        return ledgers(SnapshotMode.MANUAL, SnapshotPolicy.every(1), NOBODY);
    }

    /** Books 1, 2, 3 … without taking a snapshot. */
    private void book(int events) {
        List<Deposited> deposits =
                LongStream.rangeClosed(1, events).mapToObj(Deposited::new).toList();
        store.append(StreamAppend.to("ledger", id, deposits).expecting(ExpectedVersion.any()));
    }

    private void deposit(AggregateRepository<Ledger> ledgers, long amount) {
        Ledger ledger = ledgers.find(id).orElseGet(() -> ledgers.create(id));
        ledger.deposit(amount);
        ledgers.save(ledger);
    }

    private long count(SnapshotListener.Outcome outcome) {
        return statistics.count("ledger", outcome);
    }

    private long snapshotVersion() {
        return repository.find(id).map(StreamSnapshot::version).orElse(0L);
    }

    @Nested
    class Loading {

        @Test
        void with_a_snapshot_is_one_statement_that_reads_only_the_events_behind_it() {
            book(20);
            assertThat(manual().snapshot(id)).isTrue();
            book(3);
            // what stands before the snapshot is not looked at
            database.jdbc().execute("ALTER TABLE eventsource.events DISABLE TRIGGER ALL");
            database.jdbc()
                    .update(
                            "UPDATE eventsource.events SET event_type = 'unknown' WHERE aggregate_id = ? AND version <= 20",
                            id);
            database.jdbc().execute("ALTER TABLE eventsource.events ENABLE TRIGGER ALL");
            CountingDataSource counting = new CountingDataSource(database.dataSource());
            AggregateRepository<Ledger> ledgers = AggregateRepository.of(
                    Ledger.class,
                    TestDatabase.store(counting),
                    RETRIES,
                    snapshots(counting, SnapshotMode.MANUAL, SnapshotPolicy.never(), NOBODY));
            int before = counting.statements();

            Ledger ledger = ledgers.load(id);

            assertThat(counting.statements() - before).isOne();
            assertThat(ledger.state()).isEqualTo(new Ledger.Balance(210 + 6, 23));
            assertThat(ledger.version()).isEqualTo(23);
            assertThat(count(SnapshotListener.Outcome.USED)).isOne();
        }

        @Test
        void right_at_a_snapshot_gives_the_aggregate_of_its_version() {
            book(4);
            manual().snapshot(id);

            Ledger ledger = manual().load(id);
            assertThat(ledger.state()).isEqualTo(new Ledger.Balance(10, 4));
            ledger.deposit(1);
            manual().save(ledger);

            assertThat(manual().load(id).version()).isEqualTo(5);
        }

        @Test
        void an_earlier_version_is_not_disturbed_by_a_snapshot() {
            book(4);
            manual().snapshot(id);

            assertThat(manual().loadAt(id, 2).state()).isEqualTo(new Ledger.Balance(3, 2));
        }

        @Test
        void of_what_does_not_exist_finds_nothing() {
            assertThat(manual().find(id)).isEmpty();
            assertThatExceptionOfType(AggregateNotFoundException.class).isThrownBy(() -> manual().snapshot(id));
        }
    }

    @Nested
    class Falling_back {

        private void replays(SnapshotListener.Outcome reason) {
            Ledger ledger = manual().load(id);

            assertThat(ledger.state()).isEqualTo(new Ledger.Balance(6, 3));
            assertThat(ledger.version()).isEqualTo(3);
            assertThat(count(reason)).isOne();
            assertThat(count(SnapshotListener.Outcome.USED)).isZero();
        }

        private void snapshotBecomes(String assignment) {
            book(3);
            manual().snapshot(id);
            assertThat(database.jdbc()
                            .update("UPDATE eventsource.snapshots SET " + assignment + " WHERE aggregate_id = ?", id))
                    .isOne();
        }

        @Test
        void from_json_of_another_kind() {
            snapshotBecomes("state = '[1, 2]'");
            replays(SnapshotListener.Outcome.UNREADABLE);
        }

        @Test
        void from_the_literal_null() {
            snapshotBecomes("state = 'null'");
            replays(SnapshotListener.Outcome.UNREADABLE);
        }

        @Test
        void from_a_state_whose_class_has_lost_a_field() {
            snapshotBecomes("state = state || '{\"limit\": 100}'");
            replays(SnapshotListener.Outcome.UNREADABLE);
        }

        @Test
        void from_a_state_whose_class_has_got_a_field() {
            snapshotBecomes("state = state - 'currency'");
            replays(SnapshotListener.Outcome.UNREADABLE);
        }

        @Test
        void from_a_state_whose_field_has_another_type() {
            snapshotBecomes("state = state || '{\"amount\": {\"cents\": 6}}'");
            replays(SnapshotListener.Outcome.UNREADABLE);
        }

        @Test
        void from_a_state_of_an_older_version() {
            snapshotBecomes("schema_version = 1");
            replays(SnapshotListener.Outcome.OUTDATED);
        }

        @Test
        void from_a_state_of_a_newer_version() {
            snapshotBecomes("schema_version = 3");
            replays(SnapshotListener.Outcome.OUTDATED);
        }

        @Test
        void from_a_snapshot_ahead_of_its_stream() {
            snapshotBecomes("version = 7, event_id = '" + UUID.randomUUID() + "'");
            replays(SnapshotListener.Outcome.AHEAD);
        }

        @Test
        void from_a_snapshot_of_a_history_that_a_restore_has_undone_although_the_stream_has_grown_beyond_it() {
            snapshotBecomes(
                    "version = 2, state = '{\"amount\": 1000, \"bookings\": 2, \"currency\": \"EUR\"}', event_id = '"
                            + UUID.randomUUID() + "'");
            replays(SnapshotListener.Outcome.AHEAD);
        }

        @Test
        void replaces_what_cannot_be_used_by_the_next_snapshot_even_if_that_has_a_lower_version() {
            snapshotBecomes("version = 70, event_id = '" + UUID.randomUUID() + "'");

            deposit(every(1), 4);

            assertThat(snapshotVersion()).isEqualTo(4);
            assertThat(manual().load(id).state()).isEqualTo(new Ledger.Balance(10, 4));
            assertThat(count(SnapshotListener.Outcome.USED)).isOne();
        }

        @Test
        void warns_once_for_each_type_and_reason() {
            Logger logger = (Logger) LoggerFactory.getLogger(Snapshots.class);
            ListAppender<ILoggingEvent> appender = new ListAppender<>();
            appender.start();
            logger.addAppender(appender);
            logger.setAdditive(false);
            logger.setLevel(Level.WARN);
            try {
                AggregateRepository<Ledger> ledgers = manual();
                snapshotBecomes("state = '[]'");
                ledgers.load(id);
                ledgers.load(id);
                database.jdbc()
                        .update("UPDATE eventsource.snapshots SET schema_version = 9 WHERE aggregate_id = ?", id);
                ledgers.load(id);
                ledgers.load(id);
            } finally {
                logger.setLevel(null);
                logger.setAdditive(true);
                logger.detachAppender(appender);
            }

            assertThat(count(SnapshotListener.Outcome.UNREADABLE)).isEqualTo(2);
            assertThat(appender.list)
                    .hasSize(2)
                    .allSatisfy(event -> assertThat(event.getLevel()).isEqualTo(Level.WARN))
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .allSatisfy(message -> assertThat(message).contains("ledger", id.toString()));
        }
    }

    @Nested
    class Policies {

        @Test
        void every_n_events_since_the_last_snapshot() {
            AggregateRepository<Ledger> ledgers = every(3);
            List<Long> versions = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                deposit(ledgers, 1);
                versions.add(snapshotVersion());
            }

            assertThat(versions).containsExactly(0L, 0L, 3L, 3L, 3L, 6L, 6L);
        }

        @Test
        void count_events_and_not_saves() {
            AggregateRepository<Ledger> ledgers = every(3);
            Ledger ledger = ledgers.create(id);
            LongStream.range(0, 5).forEach(ledger::deposit);
            ledgers.save(ledger);
            assertThat(snapshotVersion()).isEqualTo(5);
            ledger.deposit(1);
            ledgers.save(ledger);
            assertThat(snapshotVersion()).isEqualTo(5);
            assertThat(ledger.state().bookings()).isEqualTo(6);
        }

        @Test
        void a_long_stream_gets_its_first_at_the_next_save() {
            book(10);
            deposit(every(3), 1);
            assertThat(snapshotVersion()).isEqualTo(11);
        }

        @Test
        void never_takes_none() {
            book(10);
            deposit(ledgers(SnapshotMode.SYNC, SnapshotPolicy.never(), NOBODY), 1);
            assertThat(snapshotVersion()).isZero();
        }

        @Test
        void the_applications_own_is_told_what_was_saved() {
            book(4);
            manual().snapshot(id);
            List<SnapshotPolicy.Candidate> candidates = new ArrayList<>();

            deposit(ledgers(SnapshotMode.SYNC, candidate -> candidates.add(candidate), NOBODY), 1);

            assertThat(candidates).containsExactly(new SnapshotPolicy.Candidate("ledger", id, 5, 4));
            assertThat(snapshotVersion()).isEqualTo(5);
        }

        @Test
        void one_that_fails_does_not_fail_what_was_saved() {
            deposit(
                    ledgers(
                            SnapshotMode.SYNC,
                            candidate -> {
                                throw new IllegalStateException("no");
                            },
                            NOBODY),
                    1);

            assertThat(manual().load(id).version()).isOne();
            assertThat(count(SnapshotListener.Outcome.FAILED)).isOne();
        }
    }

    @Nested
    class Modes {

        @Test
        void manual_takes_one_only_when_asked() {
            book(10);
            deposit(manual(), 1);
            assertThat(snapshotVersion()).isZero();
            assertThat(manual().snapshot(id)).isTrue();
            assertThat(snapshotVersion()).isEqualTo(11);
            assertThat(manual().snapshot(id)).isFalse();
        }

        @Test
        void sync_has_taken_it_when_saving_returns_and_also_without_a_transaction_manager() {
            deposit(every(1), 1);
            assertThat(snapshotVersion()).isOne();
        }

        @Test
        void sync_rolls_back_with_its_transaction() {
            database.transaction().executeWithoutResult(status -> {
                deposit(every(1), 1);
                assertThat(snapshotVersion()).isOne();
                status.setRollbackOnly();
            });

            assertThat(snapshotVersion()).isZero();
            assertThat(manual().find(id)).isEmpty();
        }

        @Test
        void sync_rolls_back_with_its_savepoint_and_what_takes_its_place_is_not_mistaken() {
            TransactionTemplate nested = new TransactionTemplate(database.transactionManager());
            nested.setPropagationBehavior(TransactionTemplate.PROPAGATION_NESTED);
            database.transaction().executeWithoutResult(outer -> {
                deposit(every(5), 1);
                nested.executeWithoutResult(inner -> {
                    deposit(every(1), 100);
                    inner.setRollbackOnly();
                });
                deposit(every(5), 7);
            });

            assertThat(snapshotVersion()).isZero();
            assertThat(manual().load(id).state()).isEqualTo(new Ledger.Balance(8, 2));
        }

        @Test
        void what_a_transaction_has_yet_to_insert_is_folded_on_top_of_the_snapshot() {
            book(3);
            manual().snapshot(id);

            database.transaction().executeWithoutResult(status -> {
                deposit(manual(), 10);
                assertThat(manual().load(id).state()).isEqualTo(new Ledger.Balance(16, 4));
                // at an event that has no row yet
                assertThat(manual().snapshot(id)).isTrue();
                deposit(manual(), 20);
                assertThat(manual().load(id).state()).isEqualTo(new Ledger.Balance(36, 5));
                assertThat(count(SnapshotListener.Outcome.AHEAD)).isZero();
            });

            assertThat(snapshotVersion()).isEqualTo(4);
            assertThat(manual().load(id).state()).isEqualTo(new Ledger.Balance(36, 5));
            assertThat(count(SnapshotListener.Outcome.AHEAD)).isZero();
        }

        @Test
        void background_waits_for_the_commit_and_takes_nothing_of_what_was_rolled_back() {
            List<Runnable> queue = new ArrayList<>();
            AggregateRepository<Ledger> ledgers = ledgers(SnapshotMode.BACKGROUND, SnapshotPolicy.every(1), queue::add);
            database.transaction().executeWithoutResult(status -> {
                deposit(ledgers, 1);
                status.setRollbackOnly();
            });
            assertThat(queue).isEmpty();

            database.transaction().executeWithoutResult(status -> {
                deposit(ledgers, 2);
                assertThat(queue).isEmpty();
            });

            assertThat(queue).hasSize(1);
            assertThat(snapshotVersion()).isZero();
            queue.remove(0).run();
            assertThat(repository.find(id)).hasValueSatisfying(snapshot -> {
                assertThat(snapshot.version()).isOne();
                assertThat(snapshot.state()).contains("2");
            });
        }

        @Test
        void background_takes_what_is_committed_even_while_a_transaction_has_appended_more() {
            List<Runnable> queue = new ArrayList<>();
            AggregateRepository<Ledger> ledgers = ledgers(SnapshotMode.BACKGROUND, SnapshotPolicy.every(1), queue::add);
            deposit(ledgers, 1);
            database.transaction().executeWithoutResult(status -> {
                deposit(manual(), 100);
                Threads.race(1, () -> {
                    queue.remove(0).run();
                    return true;
                });
                status.setRollbackOnly();
            });

            assertThat(manual().load(id).state()).isEqualTo(new Ledger.Balance(1, 1));
            assertThat(count(SnapshotListener.Outcome.USED)).isOne();
        }

        @Test
        void a_save_after_a_commit_is_snapshotted_in_a_commit_of_its_own() {
            database.transaction()
                    .executeWithoutResult(status ->
                            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                                @Override
                                public void afterCommit() {
                                    deposit(every(1), 1);
                                }
                            }));

            assertThat(snapshotVersion()).isOne();
        }

        @Test
        void background_queues_an_aggregate_once() {
            List<Runnable> queue = new ArrayList<>();
            AggregateRepository<Ledger> ledgers = ledgers(SnapshotMode.BACKGROUND, SnapshotPolicy.every(1), queue::add);

            deposit(ledgers, 1);
            deposit(ledgers, 1);
            deposit(ledgers, 1);

            assertThat(queue).hasSize(1);
            queue.get(0).run();
            assertThat(snapshotVersion()).isEqualTo(3);
            deposit(ledgers, 1);
            assertThat(queue).hasSize(2);
        }

        @Test
        void background_counts_what_a_full_queue_refuses_and_makes_up_for_it_later() throws Exception {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            ThreadPoolExecutor executor =
                    new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(1));
            try {
                executor.execute(() -> {
                    begun.countDown();
                    awaitUninterrupted(go);
                });
                assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
                executor.execute(() -> {});
                AggregateRepository<Ledger> ledgers =
                        ledgers(SnapshotMode.BACKGROUND, SnapshotPolicy.every(1), executor);

                deposit(ledgers, 1);
                assertThat(count(SnapshotListener.Outcome.SKIPPED)).isOne();
                go.countDown();
                executor.shutdown();
                assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();

                deposit(every(2), 1);
                assertThat(snapshotVersion()).isEqualTo(2);
            } finally {
                go.countDown();
                executor.shutdownNow();
            }
        }

        private void awaitUninterrupted(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Nested
    class Storing {

        @Test
        void concurrent_writers_leave_the_newest() {
            book(30);
            for (int round = 0; round < 20; round++) {
                repository.delete(id);
                List<Callable<Boolean>> writers = LongStream.rangeClosed(1, 8)
                        .<Callable<Boolean>>mapToObj(version -> () -> repository.store(
                                new StreamSnapshot(
                                        id, "ledger", version, UUID.randomUUID(), 2, "{}", java.time.Instant.EPOCH),
                                null))
                        .toList();
                Threads.race(writers);
                assertThat(snapshotVersion()).isEqualTo(8);
            }
        }

        @Test
        void an_older_snapshot_never_takes_the_place_of_a_newer_one() {
            book(5);
            manual().snapshot(id);
            StreamSnapshot newest = repository.find(id).orElseThrow();

            assertThat(repository.store(
                            new StreamSnapshot(id, "ledger", 4, UUID.randomUUID(), 2, "{}", newest.takenAt()), null))
                    .isFalse();

            assertThat(repository.find(id)).contains(newest);
        }

        @Test
        void in_a_commit_of_its_own_does_not_wait_for_the_disk_and_in_a_transaction_leaves_that_as_it_is()
                throws SQLException {
            database.jdbc().execute("CREATE TABLE IF NOT EXISTS waits (for_the_disk text)");
            database.jdbc()
                    .execute(
                            """
                            CREATE OR REPLACE FUNCTION note_wait() RETURNS trigger LANGUAGE plpgsql AS
                            $$ BEGIN INSERT INTO waits VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$""");
            database.jdbc()
                    .execute(
                            "CREATE TRIGGER note_wait AFTER INSERT ON eventsource.snapshots FOR EACH ROW EXECUTE FUNCTION note_wait()");
            try (Connection connection = database.connect()) {
                SingleConnectionDataSource single = new SingleConnectionDataSource(connection, true);
                JdbcTemplate jdbc = new JdbcTemplate(single);
                jdbc.execute("SET synchronous_commit = 'on'");
                SnapshotRepository onSingle = SnapshotRepository.postgres(single, TestDatabase.SCHEMA);

                assertThat(onSingle.store(snapshot(UUID.randomUUID()), null)).isTrue();
                new TransactionTemplate(new JdbcTransactionManager(single))
                        .executeWithoutResult(status -> onSingle.store(snapshot(UUID.randomUUID()), null));

                assertThat(jdbc.queryForList("SELECT for_the_disk FROM waits", String.class))
                        .containsExactly("off", "on");
                assertThat(jdbc.queryForObject("SHOW synchronous_commit", String.class))
                        .as("what others commit on this connection")
                        .isEqualTo("on");
            } finally {
                database.jdbc().execute("DROP TRIGGER note_wait ON eventsource.snapshots");
            }
        }

        private StreamSnapshot snapshot(UUID stream) {
            return new StreamSnapshot(stream, "ledger", 1, UUID.randomUUID(), 2, "{}", java.time.Instant.EPOCH);
        }

        @Test
        void contended_commands_with_snapshots_lose_nothing() {
            AggregateRepository<Ledger> ledgers = every(3);
            deposit(ledgers, 0);

            Threads.race(6, () -> {
                for (int i = 0; i < 10; i++) {
                    ledgers.execute(id, ledger -> ledger.deposit(1));
                }
                return true;
            });

            assertThat(ledgers.load(id).state()).isEqualTo(new Ledger.Balance(60, 61));
            assertThat(snapshotVersion()).isGreaterThanOrEqualTo(58);
            assertThat(Stream.of(
                            SnapshotListener.Outcome.AHEAD,
                            SnapshotListener.Outcome.UNREADABLE,
                            SnapshotListener.Outcome.FAILED))
                    .allSatisfy(outcome -> assertThat(count(outcome)).isZero());
        }

        @Test
        void all_of_a_type_or_of_a_state_version_can_be_deleted() {
            book(2);
            manual().snapshot(id);
            UUID old = UUID.randomUUID();
            repository.store(
                    new StreamSnapshot(old, "ledger", 1, UUID.randomUUID(), 1, "{}", java.time.Instant.EPOCH), null);
            UUID other = UUID.randomUUID();
            repository.store(
                    new StreamSnapshot(other, "other", 1, UUID.randomUUID(), 1, "{}", java.time.Instant.EPOCH), null);

            assertThat(repository.deleteAll("ledger", 1)).isOne();
            assertThat(repository.find(old)).isEmpty();
            assertThat(repository.deleteAll("ledger")).isPositive();
            assertThat(repository.find(id)).isEmpty();
            assertThat(repository.find(other)).isPresent();
            assertThat(repository.delete(other)).isTrue();
            assertThat(manual().load(id).version()).isEqualTo(2);
        }
    }

    /** Its state has a part that its JSON does not have. */
    @AggregateType(value = "forgetful", stateVersion = 1)
    static final class Forgetful extends AggregateRoot<Forgetful.Memory, AccountEvent> {

        static final class Memory {
            private final long amount;

            Memory(long amount) {
                this.amount = amount;
            }

            @Override
            public boolean equals(Object other) {
                return other instanceof Memory memory && memory.amount == amount;
            }

            @Override
            public int hashCode() {
                return Long.hashCode(amount);
            }
        }

        Forgetful(UUID id) {
            super(id, new Memory(0));
        }

        void deposit(long amount) {
            raise(new Deposited(amount));
        }

        @Override
        protected Memory evolve(Memory state, AccountEvent event) {
            return new Memory(state.amount + ((Deposited) event).amount());
        }
    }

    @Test
    void a_state_whose_class_could_not_come_back_is_refused_with_its_component_before_there_is_one() {
        Snapshots snapshots = snapshots(database.dataSource(), SnapshotMode.SYNC, SnapshotPolicy.every(1), NOBODY);
        assertThatThrownBy(() -> AggregateRepository.of(Forgetful.class, store, RETRIES, snapshots))
                .isInstanceOf(UnprovenTypeException.class)
                .hasMessageContaining(Forgetful.Memory.class.getName() + ", amount: ");
    }

    /** Its state comes back as another. */
    @AggregateType(value = "growing", stateVersion = 1)
    static final class Growing extends AggregateRoot<Growing.Sum, AccountEvent> {

        record Sum(long amount) {
            Sum {
                amount = amount + 1;
            }
        }

        Growing(UUID id) {
            super(id, new Sum(0));
        }

        void deposit(long amount) {
            raise(new Deposited(amount));
        }

        @Override
        protected Sum evolve(Sum state, AccountEvent event) {
            return new Sum(state.amount() + ((Deposited) event).amount());
        }
    }

    @Test
    void a_state_that_does_not_come_back_as_it_was_is_not_stored() {
        AggregateRepository<Growing> growing = AggregateRepository.of(
                Growing.class,
                store,
                RETRIES,
                snapshots(database.dataSource(), SnapshotMode.SYNC, SnapshotPolicy.every(1), NOBODY));
        Growing aggregate = growing.create(id);
        aggregate.deposit(3);
        growing.save(aggregate);

        assertThat(statistics.count("growing", SnapshotListener.Outcome.FAILED)).isOne();
        assertThat(repository.find(id)).isEmpty();
        assertThatThrownBy(() -> growing.snapshot(id))
                .isInstanceOf(EventEncodingException.class)
                .hasMessageContaining(Growing.Sum.class.getName() + ", amount");
    }

    @Test
    void what_is_computed_from_the_state_is_not_kept() {
        book(1);
        manual().snapshot(id);
        assertThat(repository.find(id).orElseThrow().state()).doesNotContain("overdrawn");
    }

    @AggregateType("plain")
    static final class Plain extends AggregateRoot<Long, AccountEvent> {

        Plain(UUID id) {
            super(id, 0L);
        }

        @Override
        protected Long evolve(Long state, AccountEvent event) {
            return state + 1;
        }
    }

    @AggregateType(value = "generic", stateVersion = 1)
    static final class Generic extends AggregateRoot<List<String>, AccountEvent> {

        Generic(UUID id) {
            super(id, List.of());
        }

        @Override
        protected List<String> evolve(List<String> state, AccountEvent event) {
            return state;
        }
    }

    @AggregateType(value = "negative", stateVersion = -1)
    static final class Negative extends AggregateRoot<Ledger.Balance, AccountEvent> {

        Negative(UUID id) {
            super(id, new Ledger.Balance(0, 0));
        }

        @Override
        protected Ledger.Balance evolve(Ledger.Balance state, AccountEvent event) {
            return state;
        }
    }

    @Test
    void an_aggregate_without_a_state_version_has_none_and_says_so() {
        AggregateRepository<Plain> plain = AggregateRepository.of(
                Plain.class,
                store,
                RETRIES,
                snapshots(database.dataSource(), SnapshotMode.SYNC, SnapshotPolicy.every(1), NOBODY));
        store.append(StreamAppend.to("plain", id, new Deposited(1)));

        assertThat(plain.load(id).state()).isOne();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> plain.snapshot(id))
                .withMessageContaining("stateVersion");
    }

    @Test
    void a_state_version_on_a_state_that_could_not_be_read_back_is_refused() {
        assertThatExceptionOfType(InvalidAggregateException.class)
                .isThrownBy(() -> AggregateRepository.of(Generic.class, store, RETRIES))
                .withMessageContaining("Generic")
                .withMessageContaining("without type parameters");
        assertThatExceptionOfType(InvalidAggregateException.class)
                .isThrownBy(() -> AggregateRepository.of(Negative.class, store, RETRIES))
                .withMessageContaining("-1");
    }

    @Test
    void outside_a_transaction_a_snapshot_that_fails_does_not_fail_what_was_saved() {
        SnapshotRepository broken = SnapshotRepository.postgres(
                database.dataSource(), new io.eventsource.schema.EventSourceSchema("nowhere"));
        AggregateRepository<Ledger> ledgers = AggregateRepository.of(
                Ledger.class,
                store,
                RETRIES,
                new Snapshots(
                        broken,
                        new JacksonPayloadSerializer(),
                        type -> new SnapshotSettings(SnapshotMode.SYNC, SnapshotPolicy.every(1)),
                        new TransactionParticipation(database.dataSource()),
                        NOBODY,
                        List.of(statistics),
                        Ticker.system()));

        deposit(ledgers, 5);

        assertThat(count(SnapshotListener.Outcome.FAILED)).isOne();
        assertThat(ledgers.load(id).version()).isOne();
    }
}
