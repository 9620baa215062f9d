package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Appends that meet at one stream. */
@OnEachPostgres
class AppendRaceIT {

    private static final int ROUNDS = 150;

    private final TestDatabase database;
    private final EventStore store;
    private final JdbcTemplate jdbc;

    AppendRaceIT(TestDatabase database) {
        this.database = database;
        store = database.store();
        jdbc = database.jdbc();
        jdbc.execute("CREATE TABLE IF NOT EXISTS notes (account uuid, outcome text)");
    }

    private static StreamAppend deposit(UUID account, ExpectedVersion expected) {
        return StreamAppend.to("account", account, new Deposited(1)).expecting(expected);
    }

    /** How one of two racing transactions ended. */
    private record Outcome(@Nullable AppendResult won, @Nullable VersionConflictException lost) {}

    /** Appends, and whoever loses goes on in the same transaction. */
    private Outcome appendAndGoOn(StreamAppend append) {
        return database.transaction().execute(status -> {
            try {
                AppendResult won = store.append(append);
                note(append.aggregateId(), "won");
                return new Outcome(won, null);
            } catch (VersionConflictException lost) {
                assertThat(locksOnLogOfThisTransaction())
                        .as("a loser holds no lock that the high-water mark waits for")
                        .isZero();
                note(append.aggregateId(), "lost");
                return new Outcome(null, lost);
            }
        });
    }

    private void note(UUID account, String outcome) {
        jdbc.update("INSERT INTO notes VALUES (?, ?)", account, outcome);
    }

    private long locksOnLogOfThisTransaction() {
        return jdbc.queryForList(
                        """
                        SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()
                           AND relation = 'eventsource.events'::regclass AND mode = 'RowExclusiveLock'""",
                        Long.class)
                .get(0);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 3})
    void of_two_exactly_one_wins_and_the_other_learns_the_true_version_and_goes_on(long version) {
        long before = highestPosition();
        long appended = 0;
        for (int round = 0; round < ROUNDS; round++) {
            UUID account = UUID.randomUUID();
            for (long v = 0; v < version; v++) {
                store.append(deposit(account, ExpectedVersion.exact(v)));
            }
            appended += version + 1;
            StreamAppend append = deposit(account, ExpectedVersion.exact(version));

            List<Outcome> outcomes = Threads.race(2, () -> appendAndGoOn(append));

            assertThat(outcomes)
                    .as("round %d", round)
                    .filteredOn(o -> o.won() != null)
                    .hasSize(1);
            for (Outcome outcome : outcomes) {
                if (outcome.won() != null) {
                    assertThat(outcome.won().lastVersion()).isEqualTo(version + 1);
                }
                if (outcome.lost() != null) {
                    assertThat(outcome.lost().actualVersion()).isEqualTo(version + 1);
                }
            }
            assertThat(jdbc.queryForList("SELECT outcome FROM notes WHERE account = ?", String.class, account))
                    .as("what both transactions wrote is committed")
                    .containsExactlyInAnyOrder("won", "lost");
            assertThat(store.currentVersion(account)).isEqualTo(version + 1);
        }
        assertThat(highestPosition()).as("conflicts draw no position").isEqualTo(before + appended);
    }

    private long highestPosition() {
        return jdbc.queryForList("SELECT coalesce(max(position), 0) FROM eventsource.events", Long.class)
                .get(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {TransactionDefinition.ISOLATION_REPEATABLE_READ, TransactionDefinition.ISOLATION_SERIALIZABLE})
    void under_stricter_isolation_the_loser_gets_the_same_exception(int isolation) {
        TransactionTemplate strict = database.transaction(isolation);
        for (long version : new long[] {0, 2}) {
            for (int round = 0; round < ROUNDS / 3; round++) {
                UUID account = UUID.randomUUID();
                for (long v = 0; v < version; v++) {
                    store.append(deposit(account, ExpectedVersion.exact(v)));
                }
                StreamAppend append = deposit(account, ExpectedVersion.exact(version));
                java.util.concurrent.CyclicBarrier snapshotsTaken = new java.util.concurrent.CyclicBarrier(2);
                Callable<Outcome> appending = () -> {
                    try {
                        return strict.execute(status -> {
                            assertThat(store.currentVersion(account)).isEqualTo(version);
                            await(snapshotsTaken);
                            return new Outcome(store.append(append), null);
                        });
                    } catch (VersionConflictException lost) {
                        return new Outcome(null, lost);
                    }
                };

                List<Outcome> outcomes = Threads.race(2, appending);

                assertThat(outcomes)
                        .as("round %d", round)
                        .filteredOn(o -> o.won() != null)
                        .hasSize(1);
                assertThat(store.currentVersion(account)).isEqualTo(version + 1);
            }
        }
    }

    private static void await(java.util.concurrent.CyclicBarrier barrier) {
        try {
            barrier.await(20, java.util.concurrent.TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Test
    void any_version_never_conflicts() {
        UUID account = UUID.randomUUID();
        List<List<AppendResult>> results = Threads.race(16, () -> {
            List<AppendResult> own = new ArrayList<>();
            for (int i = 0; i < 25; i++) {
                own.add(store.append(deposit(account, ExpectedVersion.any())));
            }
            return own;
        });

        assertThat(results.stream()
                        .flatMap(List::stream)
                        .map(AppendResult::lastVersion)
                        .collect(Collectors.toSet()))
                .hasSize(400);
        assertThat(store.currentVersion(account)).isEqualTo(400);
        assertThat(store.readStream(StreamQuery.of(account)))
                .extracting(event -> event.position())
                .isSorted()
                .hasSize(400);
    }

    @Test
    void a_repeat_that_races_with_its_original_is_stored_once() {
        for (ExpectedVersion expected : List.of(ExpectedVersion.any(), ExpectedVersion.noStream())) {
            for (int round = 0; round < ROUNDS / 3; round++) {
                UUID account = UUID.randomUUID();
                StreamAppend append = deposit(account, expected).withAppendId(UUID.randomUUID());

                List<AppendResult> results = Threads.race(3, () -> store.append(append));

                assertThat(results).filteredOn(result -> !result.duplicate()).hasSize(1);
                assertThat(results)
                        .extracting(AppendResult::firstPosition)
                        .containsOnly(results.get(0).firstPosition());
                assertThat(store.currentVersion(account)).isEqualTo(1);
            }
        }
    }
}
