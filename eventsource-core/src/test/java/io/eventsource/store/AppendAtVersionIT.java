package io.eventsource.store;

import static io.eventsource.store.EventStoreContract.deposits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.event.EventMetadata;
import io.eventsource.store.AppendException.StreamMismatchException;
import io.eventsource.store.AppendFailedException.Reason;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.Threads;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** One event, appended at a version by a caller alone: in one planned statement where that is as good as the function. */
@OnEachPostgres
class AppendAtVersionIT {

    private final TestDatabase database;
    private final EventStore store;
    private final UUID account = UUID.randomUUID();

    AppendAtVersionIT(TestDatabase database) {
        this.database = database;
        this.store = database.store();
    }

    private StreamAppend depositAt(long version) {
        return deposits(account, 1).expecting(ExpectedVersion.exact(version));
    }

    /** In a database whose function is gone, so that whoever needs it fails. */
    private void withoutFunction(String options, Consumer<EventStore> test) {
        try (TestDatabase own = TestDatabase.migrated(database.major());
                HikariDataSource dataSource = own.withOptions(options)) {
            own.store().append(depositAt(0));
            own.jdbc().execute("DROP FUNCTION eventsource.append_event");
            test.accept(TestDatabase.store(dataSource));
        }
    }

    @Test
    void needs_no_function() {
        withoutFunction("prepareThreshold=5", own -> {
            assertThat(own.append(depositAt(1)))
                    .satisfies(result -> assertThat(result.firstVersion()).isEqualTo(2))
                    .satisfies(result -> assertThat(result.firstPosition())
                            .isEqualTo(result.lastPosition())
                            .isPositive());
            assertThat(own.readStream(StreamQuery.of(account))).hasSize(2);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prepareThreshold=0",
                "options=-c%20default_transaction_isolation=repeatable%5C%20read",
                "options=-c%20default_transaction_isolation=serializable"
            })
    void a_session_that_plans_anew_or_isolates_more_uses_the_function(String options) {
        withoutFunction(options, own -> assertThatThrownBy(() -> own.append(depositAt(1)))
                .isInstanceOfSatisfying(AppendFailedException.class, failure -> assertThat(failure.reason())
                        .isEqualTo(Reason.NOT_MIGRATED)));
    }

    @Test
    void whoever_is_refused_learns_why() {
        store.append(depositAt(0));
        StreamAppend original = depositAt(1).withAppendId(UUID.randomUUID());
        AppendResult appended = store.append(original);

        assertThat(store.append(original))
                .satisfies(result -> assertThat(result.duplicate()).isTrue())
                .satisfies(result -> assertThat(result.firstPosition()).isEqualTo(appended.firstPosition()));
        assertThatThrownBy(() -> store.append(depositAt(1)))
                .isInstanceOfSatisfying(VersionConflictException.class, conflict -> assertThat(conflict.actualVersion())
                        .isEqualTo(2));
        assertThatThrownBy(() -> store.append(StreamAppend.to(
                                "customer",
                                account,
                                depositAt(0).events().get(0).payload())
                        .expecting(ExpectedVersion.exact(2))))
                .isInstanceOf(StreamMismatchException.class);
        assertThatThrownBy(() -> store.append(
                        depositAt(2).withMetadata(EventMetadata.none().withTenantId("another"))))
                .isInstanceOf(StreamMismatchException.class);
        assertThat(store.currentVersion(account)).isEqualTo(2);
    }

    @Test
    void whoever_waits_for_a_stream_holds_back_no_reader() throws SQLException {
        store.append(depositAt(0));
        CompletableFuture<AppendResult> waiting = new CompletableFuture<>();
        try (Connection onlooker = database.connect()) {
            JdbcTemplate looking = TestDatabase.on(onlooker);
            database.transaction().executeWithoutResult(status -> holdStream(waiting, looking));
        }
        assertThatThrownBy(waiting::join).hasCauseInstanceOf(VersionConflictException.class);
    }

    private void holdStream(CompletableFuture<AppendResult> waiting, JdbcTemplate looking) {
        store.append(deposits(account, 1).expecting(ExpectedVersion.any()));
        Thread caller = new Thread(() -> {
            try {
                waiting.complete(store.append(depositAt(1)));
            } catch (RuntimeException failure) {
                waiting.completeExceptionally(failure);
            }
        });
        caller.start();
        await().until(() -> backendsThatWait(looking) == 1);

        long position = TestDatabase.store(database.dataSource())
                .appendAsync(deposits(UUID.randomUUID(), 1).expecting(ExpectedVersion.noStream()))
                .join()
                .lastPosition();

        assertThat(locksOnLogOfWhoWaits(looking)).isZero();
        assertThat(database.store().highWaterMark()).isGreaterThanOrEqualTo(position);
    }

    private static final String WAITING =
            "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%append%'"
                    + " AND datname = current_database()";

    private static int backendsThatWait(JdbcTemplate looking) {
        return looking.queryForList(WAITING, Integer.class).size();
    }

    private static long locksOnLogOfWhoWaits(JdbcTemplate looking) {
        return looking.queryForList(
                        "SELECT count(*) FROM pg_locks WHERE relation = 'eventsource.events'::regclass"
                                + " AND mode = 'RowExclusiveLock' AND pid IN (" + WAITING + ")",
                        Long.class)
                .get(0);
    }

    @Test
    void of_callers_on_both_ways_one_wins_each_version() {
        int versions = 60;
        store.append(depositAt(0));
        long before = highestPosition();
        try (HikariDataSource functions = database.withOptions("prepareThreshold=0")) {
            EventStore other = TestDatabase.store(functions);
            List<Callable<List<AppendResult>>> callers = Stream.of(
                            store, other, TestDatabase.store(database.dataSource()), store)
                    .<Callable<List<AppendResult>>>map(each -> () -> wins(each, versions))
                    .toList();

            List<AppendResult> wins =
                    Threads.race(callers).stream().flatMap(List::stream).toList();

            assertThat(wins)
                    .extracting(AppendResult::lastVersion)
                    .doesNotHaveDuplicates()
                    .hasSize(versions);
        }
        assertThat(store.readStream(StreamQuery.of(account)))
                .hasSize(versions + 1)
                .extracting(event -> event.position())
                .isSorted();
        assertThat(highestPosition()).as("conflicts draw no position").isEqualTo(before + versions);
    }

    private List<AppendResult> wins(EventStore each, int versions) {
        List<AppendResult> wins = new ArrayList<>();
        for (long version = 1; version <= versions; version++) {
            try {
                wins.add(each.append(depositAt(version)));
            } catch (VersionConflictException lost) {
                assertThat(lost.actualVersion()).isGreaterThan(version);
            }
        }
        return wins;
    }

    private long highestPosition() {
        return database.jdbc()
                .queryForList("SELECT coalesce(max(position), 0) FROM eventsource.events", Long.class)
                .get(0);
    }
}
