package io.eventsource.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.snapshot.Snapshots.SnapshotListener;
import io.eventsource.store.SnapshotRepository;
import io.eventsource.store.SnapshotRepository.StreamSnapshot;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.Threads;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** How snapshots are stored, replaced and deleted. */
@OnEachPostgres
class SnapshotStoringIT extends SnapshotFixture {

    SnapshotStoringIT(TestDatabase database) {
        super(database);
    }

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
