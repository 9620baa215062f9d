package io.eventsource.store;

import static io.eventsource.store.EventStoreFixture.deposits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.store.AppendException.StreamMismatchException;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.Threads;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Appends of many callers outside a transaction, which share statements and commits. */
@OnEachPostgres
class GroupCommitIT {

    private static final int CALLERS = 32;

    private final TestDatabase database;
    private final EventStore store;
    private final ExecutorService executor = Executors.newCachedThreadPool();

    GroupCommitIT(TestDatabase database) {
        this.database = database;
        store = database.store();
    }

    @AfterEach
    void stopExecutor() {
        executor.shutdownNow();
    }

    private long commits() {
        database.jdbc().execute("SELECT pg_stat_clear_snapshot()");
        return Objects.requireNonNull(database.jdbc()
                .queryForObject("SELECT count(DISTINCT xmin::text) FROM eventsource.events", Long.class));
    }

    @Test
    void groups_never_read_all_streams_even_before_there_are_statistics() throws SQLException {
        try (TestDatabase own = TestDatabase.migrated(database.major());
                Connection one = own.connect()) {
            SingleConnectionDataSource session = new SingleConnectionDataSource(one, true);
            EventStore inOneSession = TestDatabase.store(session);
            for (int group = 0; group < 20; group++) {
                CompletableFuture.allOf(IntStream.range(0, 20)
                                .mapToObj(i -> inOneSession.appendAsync(deposits(UUID.randomUUID(), i)
                                        .expecting(i % 2 == 0 ? ExpectedVersion.any() : ExpectedVersion.noStream())))
                                .toArray(CompletableFuture[]::new))
                        .join();
            }

            // the session's counts arrive together
            await().until(() -> scans(own, session, "idx_scan") > 0);
            assertThat(scans(own, session, "seq_scan")).isZero();
        }
    }

    private static long scans(TestDatabase database, DataSource session, String kind) {
        new JdbcTemplate(session).execute(database.major() < 15 ? "SELECT 1" : "SELECT pg_stat_force_next_flush()");
        return database.jdbc()
                .queryForList(
                        "SELECT " + kind + " FROM pg_stat_user_tables WHERE relname = 'event_streams'", Long.class)
                .get(0);
    }

    @Test
    void each_caller_gets_its_own_result_and_callers_share_commits() {
        long commitsBefore = commits();
        List<Callable<List<AppendResult>>> callers = IntStream.range(0, CALLERS)
                .<Callable<List<AppendResult>>>mapToObj(caller -> () -> {
                    UUID account = UUID.randomUUID();
                    List<AppendResult> results = new ArrayList<>();
                    for (int version = 0; version < 50; version++) {
                        results.add(store.append(deposits(
                                        account,
                                        LongStream.rangeClosed(0, version % 3).toArray())
                                .expecting(ExpectedVersion.exact(store.currentVersion(account)))));
                    }
                    return results;
                })
                .toList();

        List<List<AppendResult>> all = Threads.race(callers);

        for (List<AppendResult> results : all) {
            List<EventEnvelope<Object>> events =
                    store.readStream(StreamQuery.of(results.get(0).aggregateId()));
            long version = 0;
            for (int i = 0; i < results.size(); i++) {
                AppendResult result = results.get(i);
                assertThat(result.firstVersion()).isEqualTo(version + 1);
                assertThat(result.lastVersion()).isEqualTo(version + i % 3 + 1);
                assertThat(events.get((int) version).position()).isEqualTo(result.firstPosition());
                assertThat(events.get((int) result.lastVersion() - 1).position())
                        .isEqualTo(result.lastPosition());
                version = result.lastVersion();
            }
            assertThat(events).extracting(EventEnvelope::position).isSorted();
        }
        assertThat(commits() - commitsBefore)
                .as("commits for %d appends", CALLERS * 50)
                .isLessThan(CALLERS * 50);
    }

    @Test
    void each_caller_gets_its_own_conflict() {
        List<UUID> accounts =
                IntStream.range(0, 4).mapToObj(i -> UUID.randomUUID()).toList();
        List<Callable<Integer>> callers = IntStream.range(0, CALLERS)
                .<Callable<Integer>>mapToObj(caller -> () -> {
                    int won = 0;
                    for (int round = 0; round < 50; round++) {
                        UUID account = accounts.get((caller + round) % 4);
                        long version = store.currentVersion(account);
                        try {
                            AppendResult result =
                                    store.append(deposits(account, 1).expecting(ExpectedVersion.exact(version)));
                            assertThat(result.lastVersion()).isEqualTo(version + 1);
                            won++;
                        } catch (VersionConflictException conflict) {
                            assertThat(conflict.aggregateId()).isEqualTo(account);
                            assertThat(conflict.actualVersion()).isGreaterThan(version);
                        }
                    }
                    return won;
                })
                .toList();

        int won = Threads.race(callers).stream().mapToInt(Integer::intValue).sum();

        assertThat(accounts.stream().mapToLong(store::currentVersion).sum()).isEqualTo(won);
    }

    @Test
    void a_caller_that_lost_inside_the_queue_learns_a_version_that_is_true() {
        UUID account = UUID.randomUUID();
        store.append(deposits(account, 0));
        List<Callable<Integer>> callers = IntStream.range(0, 16)
                .<Callable<Integer>>mapToObj(caller -> () -> {
                    int won = 0;
                    long known = 1;
                    while (won < 10) {
                        try {
                            known = store.append(deposits(account, 1).expecting(ExpectedVersion.exact(known)))
                                    .lastVersion();
                            won++;
                        } catch (VersionConflictException conflict) {
                            assertThat(conflict.actualVersion()).isGreaterThan(known);
                            known = Objects.requireNonNull(conflict.actualVersion());
                        }
                    }
                    return won;
                })
                .toList();

        assertThat(Threads.race(callers)).containsOnly(10);

        assertThat(store.currentVersion(account)).isEqualTo(161);
        assertThat(store.readStream(StreamQuery.of(account))).hasSize(161);
    }

    @Test
    void a_stream_that_somebodys_transaction_holds_delays_only_appends_to_itself() throws Exception {
        UUID held = UUID.randomUUID();
        store.append(deposits(held, 1));
        try (Connection holder = database.connect()) {
            holder.setAutoCommit(false);
            holder.createStatement()
                    .execute("UPDATE eventsource.event_streams SET version = version WHERE aggregate_id = '" + held
                            + "'");
            Future<AppendResult> waiting = executor.submit(() -> store.append(deposits(held, 2)));
            List<Callable<Integer>> others = IntStream.range(0, 16)
                    .<Callable<Integer>>mapToObj(caller -> () -> {
                        UUID account = UUID.randomUUID();
                        for (int i = 0; i < 20; i++) {
                            store.append(deposits(account, i));
                        }
                        return 20;
                    })
                    .toList();

            assertThat(Threads.race(others)).containsOnly(20);
            assertThat(waiting.isDone()).as("still waits for the holder").isFalse();

            holder.commit();
            assertThat(waiting.get(10, TimeUnit.SECONDS).lastVersion()).isEqualTo(2);
        }
    }

    @Test
    void a_stream_that_somebody_is_creating_delays_only_appends_to_itself() throws Exception {
        UUID created = UUID.randomUUID();
        try (Connection creator = database.connect()) {
            creator.setAutoCommit(false);
            creator.createStatement()
                    .execute("INSERT INTO eventsource.event_streams VALUES ('" + created + "', 'account', NULL, 1)");
            Future<AppendResult> waiting = executor.submit(() -> store.append(deposits(created, 2)));
            List<Callable<Integer>> others = IntStream.range(0, 8)
                    .<Callable<Integer>>mapToObj(caller -> () -> {
                        for (int i = 0; i < 20; i++) {
                            store.append(deposits(UUID.randomUUID(), i));
                        }
                        return 20;
                    })
                    .toList();

            assertThat(Threads.race(others)).containsOnly(20);
            assertThat(waiting.isDone()).isFalse();

            creator.rollback();
            assertThat(waiting.get(10, TimeUnit.SECONDS).lastVersion()).isEqualTo(1);
        }
    }

    @Test
    void an_append_that_the_database_refuses_fails_alone() throws Exception {
        // a check of the user's own, which the library cannot foresee
        database.jdbc()
                .execute(
                        "ALTER TABLE eventsource.events ADD CONSTRAINT small CHECK ((payload->>'amount')::bigint < 1000000) NOT VALID");
        try {
            List<Callable<Boolean>> callers = IntStream.range(0, CALLERS)
                    .<Callable<Boolean>>mapToObj(caller -> () -> {
                        boolean good = true;
                        for (int i = 0; i < 20; i++) {
                            UUID account = UUID.randomUUID();
                            if (caller == 7) {
                                assertThatThrownBy(() -> store.append(deposits(account, 5_000_000)))
                                        .hasMessageContaining("small");
                                good &= !store.exists(account);
                            } else {
                                good &= store.append(deposits(account, i)).lastVersion() == 1;
                            }
                        }
                        return good;
                    })
                    .toList();

            assertThat(Threads.race(callers)).containsOnly(true);
        } finally {
            database.jdbc().execute("ALTER TABLE eventsource.events DROP CONSTRAINT small");
        }
    }

    @Test
    void other_types_and_tenants_are_refused_to_their_own_callers() {
        UUID account = UUID.randomUUID();
        EventMetadata tenant = EventMetadata.none().withTenantId("acme");
        store.append(deposits(account, 1).withMetadata(tenant));
        List<Callable<Class<?>>> callers = IntStream.range(0, 12)
                .<Callable<Class<?>>>mapToObj(caller -> () -> {
                    StreamAppend append =
                            switch (caller % 3) {
                                case 0 -> deposits(account, caller).withMetadata(tenant);
                                case 1 -> deposits(account, caller);
                                default ->
                                    StreamAppend.to("order", account, new Deposited(1))
                                            .withMetadata(tenant);
                            };
                    try {
                        return store.append(append).getClass();
                    } catch (AppendException refusal) {
                        return refusal.getClass();
                    }
                })
                .toList();

        List<Class<?>> outcomes = Threads.race(callers);

        for (int caller = 0; caller < outcomes.size(); caller++) {
            assertThat(outcomes.get(caller))
                    .isEqualTo(caller % 3 == 0 ? AppendResult.class : StreamMismatchException.class);
        }
        assertThat(store.currentVersion(account)).isEqualTo(5);
    }

    @Test
    void asynchronous_appends_to_one_stream_are_done_in_order_of_their_calls() {
        UUID account = UUID.randomUUID();
        List<CompletableFuture<AppendResult>> appends = LongStream.range(0, 300)
                .mapToObj(i -> store.appendAsync(deposits(account, i)))
                .toList();

        List<Long> versions = appends.stream()
                .map(CompletableFuture::join)
                .map(AppendResult::lastVersion)
                .toList();

        assertThat(versions).isEqualTo(LongStream.rangeClosed(1, 300).boxed().toList());
    }

    @Test
    void an_asynchronous_append_reports_its_conflict() {
        UUID account = UUID.randomUUID();
        store.append(deposits(account, 1));

        CompletableFuture<AppendResult> append =
                store.appendAsync(deposits(account, 1).expecting(ExpectedVersion.noStream()));

        assertThatThrownBy(append::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(VersionConflictException.class);
    }

    @Test
    void an_interrupted_caller_gets_its_result_and_keeps_the_interrupt() throws Exception {
        UUID held = UUID.randomUUID();
        store.append(deposits(held, 1));
        CountDownLatch begun = new CountDownLatch(1);
        try (Connection holder = database.connect()) {
            holder.setAutoCommit(false);
            holder.createStatement()
                    .execute("UPDATE eventsource.event_streams SET version = version WHERE aggregate_id = '" + held
                            + "'");
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            Thread caller = new Thread(() -> {
                begun.countDown();
                store.append(deposits(held, 2));
                interrupted.complete(Thread.currentThread().isInterrupted());
            });
            caller.start();
            assertThat(begun.await(5, TimeUnit.SECONDS)).isTrue();
            await().until(this::somebodyWaitsForALock);
            caller.interrupt();
            holder.commit();

            assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
            assertThat(store.currentVersion(held)).isEqualTo(2);
        }
    }

    private boolean somebodyWaitsForALock() throws SQLException {
        return Boolean.TRUE.equals(database.jdbc()
                .queryForObject("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)", Boolean.class));
    }
}
