package io.eventsource.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.snapshot.Snapshots.Settings.SnapshotMode;
import io.eventsource.snapshot.Snapshots.SnapshotListener;
import io.eventsource.snapshot.Snapshots.SnapshotPolicy;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** When a snapshot is due. */
@OnEachPostgres
class SnapshotPolicyIT extends SnapshotFixture {

    SnapshotPolicyIT(TestDatabase database) {
        super(database);
    }

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
