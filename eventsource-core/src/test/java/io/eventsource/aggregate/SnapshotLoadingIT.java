package io.eventsource.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.snapshot.Snapshots.Settings.SnapshotMode;
import io.eventsource.snapshot.Snapshots.SnapshotListener;
import io.eventsource.snapshot.Snapshots.SnapshotPolicy;
import io.eventsource.testing.CountingDataSource;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import org.junit.jupiter.api.Test;

/** What loading an aggregate with a snapshot reads. */
@OnEachPostgres
class SnapshotLoadingIT extends SnapshotFixture {

    SnapshotLoadingIT(TestDatabase database) {
        super(database);
    }

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
