package io.eventsource.aggregate;

import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.snapshot.Snapshots;
import io.eventsource.snapshot.Snapshots.Settings.SnapshotMode;
import io.eventsource.snapshot.Snapshots.SnapshotListener;
import io.eventsource.snapshot.Snapshots.SnapshotListener.SnapshotStatistics;
import io.eventsource.snapshot.Snapshots.SnapshotPolicy;
import io.eventsource.store.EventStore;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.SnapshotRepository;
import io.eventsource.store.SnapshotRepository.StreamSnapshot;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.time.Clocks.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.stream.LongStream;
import javax.sql.DataSource;

/** What tests of snapshots share: a ledger, its snapshots, and how often each outcome was told. */
abstract class SnapshotFixture {

    static final CommandRetries RETRIES = new CommandRetries(10, Duration.ofMillis(2), Duration.ofMillis(100));
    static final Executor NOBODY = task -> {
        throw new AssertionError("nothing is taken in the background here");
    };
    final TestDatabase database;
    final EventStore store;
    final SnapshotRepository repository;
    final SnapshotStatistics statistics = new SnapshotStatistics();
    final UUID id = UUID.randomUUID();

    SnapshotFixture(TestDatabase database) {
        this.database = database;
        this.store = database.store();
        this.repository = SnapshotRepository.postgres(database.dataSource(), TestDatabase.SCHEMA);
    }

    Snapshots snapshots(DataSource dataSource, SnapshotMode mode, SnapshotPolicy policy, Executor background) {
        return new Snapshots(
                SnapshotRepository.postgres(dataSource, TestDatabase.SCHEMA),
                PayloadSerializer.json(),
                type -> new Snapshots.Settings(mode, policy),
                new TransactionParticipation(dataSource),
                background,
                List.of(statistics),
                Ticker.system());
    }

    AggregateRepository<Ledger> ledgers(SnapshotMode mode, SnapshotPolicy policy, Executor background) {
        return AggregateRepository.of(
                Ledger.class, store, RETRIES, snapshots(database.dataSource(), mode, policy, background));
    }

    AggregateRepository<Ledger> every(int events) {
        return ledgers(SnapshotMode.SYNC, SnapshotPolicy.every(events), NOBODY);
    }

    AggregateRepository<Ledger> manual() {
        return ledgers(SnapshotMode.MANUAL, SnapshotPolicy.every(1), NOBODY);
    }

    /** Books 1, 2, 3 … without taking a snapshot. */
    void book(int events) {
        List<Deposited> deposits =
                LongStream.rangeClosed(1, events).mapToObj(Deposited::new).toList();
        store.append(StreamAppend.to("ledger", id, deposits).expecting(ExpectedVersion.any()));
    }

    void deposit(AggregateRepository<Ledger> ledgers, long amount) {
        Ledger ledger = ledgers.find(id).orElseGet(() -> ledgers.create(id));
        ledger.deposit(amount);
        ledgers.save(ledger);
    }

    long count(SnapshotListener.Outcome outcome) {
        return statistics.count("ledger", outcome);
    }

    long snapshotVersion() {
        return repository.find(id).map(StreamSnapshot::version).orElse(0L);
    }
}
