package io.eventsource.store;

import static io.eventsource.store.EventStoreFixture.deposits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.event.EventEnvelope;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import io.eventsource.testing.CountingDataSource;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.RandomAppends;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Appends inside Spring transactions that are checked and inserted right before the commit. */
@OnEachPostgres
class AppendAtCommitIT {

    private final EventStore deferred;
    private final EventStore store;
    private final CountingDataSource counting;
    private final JdbcTemplate jdbc;
    private final JdbcTransactionManager transactions;
    private final TransactionTemplate transaction;
    private final UUID account = UUID.randomUUID();
    private final UUID other = UUID.randomUUID();

    AppendAtCommitIT(TestDatabase database) {
        this.counting = new CountingDataSource(database.dataSource());
        this.deferred = RandomAppends.store(counting, AppendTiming.DEFERRED, new LogSignal());
        this.store = RandomAppends.store(counting, AppendTiming.AT_COMMIT, new LogSignal());
        this.jdbc = new JdbcTemplate(counting);
        this.transactions = new JdbcTransactionManager(counting);
        this.transaction = new TransactionTemplate(transactions);
    }

    private static StreamAppend behind(long version, UUID stream, long... amounts) {
        return deposits(stream, amounts).expecting(ExpectedVersion.exact(version));
    }

    private List<Long> amounts(UUID stream) {
        return deferred.readStream(StreamQuery.of(stream)).stream()
                .map(event -> ((Deposited) event.payload()).amount())
                .toList();
    }

    private int statements(Consumer<TransactionStatus> work) {
        int before = counting.statements();
        transaction.executeWithoutResult(work);
        return counting.statements() - before;
    }

    @Test
    void one_statement_checks_the_stream_and_inserts_the_events() {
        deferred.append(deposits(account, 1));

        int statements = statements(status -> {
            int before = counting.statements();
            AppendResult result = store.append(behind(1, account, 2, 3));

            assertThat(counting.statements()).as("before the commit").isEqualTo(before);
            assertThat(result.firstVersion()).isEqualTo(2);
            assertThat(result.lastVersion()).isEqualTo(3);
            assertThat(result.lastPosition()).as("not drawn yet").isZero();
        });

        assertThat(statements).isEqualTo(1);
        assertThat(amounts(account)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void so_it_does_for_one_event_a_new_stream_and_several_streams() {
        assertThat(statements(status -> store.append(behind(0, account, 1)))).isEqualTo(1);
        assertThat(statements(status -> {
                    store.append(behind(1, account, 2));
                    store.append(behind(0, other, 3, 4));
                }))
                .isEqualTo(1);
        assertThat(amounts(account)).containsExactly(1L, 2L);
        assertThat(amounts(other)).containsExactly(3L, 4L);
    }

    @Test
    void a_conflict_surfaces_at_the_commit_and_rolls_back_the_whole_transaction() {
        jdbc.execute("CREATE TABLE written (id uuid)");
        deferred.append(deposits(account, 1, 2));
        StreamAppend late = behind(1, account, 3);

        assertThatExceptionOfType(VersionConflictException.class)
                .isThrownBy(() -> transaction.executeWithoutResult(status -> {
                    jdbc.update("INSERT INTO written VALUES (?)", account);
                    store.append(behind(0, other, 9));
                    assertThat(store.append(late).lastVersion()).isEqualTo(2);
                }))
                .satisfies(conflict -> assertThat(conflict.actualVersion()).isEqualTo(2))
                .satisfies(conflict -> assertThat(conflict.aggregateId()).isEqualTo(account));

        assertThat(amounts(account)).containsExactly(1L, 2L);
        assertThat(deferred.exists(other)).isFalse();
        assertThat(jdbc.queryForList("SELECT * FROM written")).isEmpty();
    }

    @Test
    void until_the_commit_it_holds_neither_the_stream_nor_the_log() {
        deferred.append(deposits(account, 1));

        assertThatExceptionOfType(VersionConflictException.class)
                .isThrownBy(() -> transaction.executeWithoutResult(status -> {
                    store.append(behind(1, account, 2));
                    CompletableFuture.runAsync(() -> deferred.append(behind(1, account, 3)))
                            .join();
                    assertThat(
                                    jdbc.queryForList(
                                            "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation IN "
                                                    + "('eventsource.events'::regclass, 'eventsource.event_streams'::regclass)"))
                            .isEmpty();
                }));

        assertThat(amounts(account)).containsExactly(1L, 3L);
    }

    @Test
    void reads_of_the_same_transaction_see_what_it_has_appended() {
        deferred.append(deposits(account, 1));
        transaction.executeWithoutResult(status -> {
            store.append(behind(1, account, 2, 3));

            assertThat(store.currentVersion(account)).isEqualTo(3);
            store.append(behind(3, account, 4));
            assertThat(store.readStream(StreamQuery.of(account)))
                    .extracting(EventEnvelope::version)
                    .containsExactly(1L, 2L, 3L, 4L);
            assertThat(store.exists(other)).isFalse();
            store.append(behind(0, other, 5));
            assertThat(store.exists(other)).isTrue();
        });
        assertThat(amounts(account)).containsExactly(1L, 2L, 3L, 4L);
        assertThat(amounts(other)).containsExactly(5L);
    }

    @Test
    void a_read_of_a_stream_that_has_moved_on_says_so_and_the_transaction_may_go_on() {
        deferred.append(deposits(account, 1, 2));
        assertThatExceptionOfType(VersionConflictException.class)
                .as("the append is still part of the transaction")
                .isThrownBy(() -> transaction.executeWithoutResult(status -> {
                    store.append(behind(1, account, 3));
                    assertThatExceptionOfType(VersionConflictException.class)
                            .isThrownBy(() -> store.readStream(StreamQuery.of(account)))
                            .satisfies(conflict ->
                                    assertThat(conflict.actualVersion()).isEqualTo(2));
                    assertThat(store.exists(other)).isFalse();
                }));
        assertThat(amounts(account)).containsExactly(1L, 2L);
    }

    @Test
    void a_second_append_to_a_stream_goes_behind_the_first_and_conflicts_at_once() {
        transaction.executeWithoutResult(status -> {
            store.append(behind(0, account, 1));
            assertThatExceptionOfType(VersionConflictException.class)
                    .isThrownBy(() -> store.append(behind(0, account, 2)))
                    .satisfies(conflict -> assertThat(conflict.actualVersion()).isEqualTo(1));
            assertThat(store.append(behind(1, account, 3)).lastVersion()).isEqualTo(2);
            assertThat(store.append(behind(0, other, 4)).lastVersion()).isEqualTo(1);
        });
        assertThat(amounts(account)).containsExactly(1L, 3L);
        assertThat(amounts(other)).containsExactly(4L);
    }

    @Test
    void appends_without_a_version_and_to_several_streams_know_their_versions_at_once() {
        deferred.append(deposits(account, 1));
        UUID third = UUID.randomUUID();
        transaction.executeWithoutResult(status -> {
            store.append(behind(0, other, 2));
            assertThat(store.append(deposits(account, 3)).lastVersion()).isEqualTo(2);
            assertThat(store.append(List.of(deposits(other, 4), deposits(third, 5))))
                    .extracting(AppendResult::lastVersion)
                    .containsExactly(2L, 1L);
        });
        assertThat(amounts(account)).containsExactly(1L, 3L);
        assertThat(amounts(other)).containsExactly(2L, 4L);
        assertThat(amounts(third)).containsExactly(5L);
    }

    @Test
    void an_append_id_of_the_callers_own_is_looked_up_at_once() {
        StreamAppend append = behind(0, account, 1).withAppendId(UUID.randomUUID());
        transaction.executeWithoutResult(status -> store.append(append));

        AppendResult again = Objects.requireNonNull(transaction.execute(status -> store.append(append)));

        assertThat(again.duplicate()).isTrue();
        assertThat(again.lastPosition()).isPositive();
        assertThat(amounts(account)).containsExactly(1L);
    }

    @Test
    void what_a_nested_transaction_appended_goes_when_it_is_rolled_back() {
        TransactionTemplate nested = new TransactionTemplate(transactions);
        nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
        deferred.append(deposits(account, 1));
        transaction.executeWithoutResult(outer -> {
            store.append(behind(1, account, 2));
            nested.executeWithoutResult(inner -> {
                store.append(behind(0, other, 7));
                inner.setRollbackOnly();
            });
            nested.executeWithoutResult(inner -> {
                assertThat(store.currentVersion(account))
                        .as("checked in the nested one")
                        .isEqualTo(2);
                store.append(deposits(account, 8));
                inner.setRollbackOnly();
            });
            store.append(behind(0, other, 3));
            nested.executeWithoutResult(inner -> store.append(behind(2, account, 4)));
        });
        assertThat(amounts(account)).containsExactly(1L, 2L, 4L);
        assertThat(amounts(other)).containsExactly(3L);
    }

    @Test
    void a_suspended_transaction_keeps_its_appends_apart_from_the_inner_ones() {
        TransactionTemplate requiresNew = new TransactionTemplate(transactions);
        requiresNew.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        transaction.executeWithoutResult(outer -> {
            store.append(behind(0, account, 1));
            requiresNew.executeWithoutResult(inner -> {
                assertThat(store.exists(account)).isFalse();
                store.append(behind(0, other, 2));
            });
            assertThat(store.exists(other)).isTrue();
            outer.setRollbackOnly();
        });
        assertThat(deferred.exists(account)).isFalse();
        assertThat(amounts(other)).containsExactly(2L);
    }

    @Test
    void a_client_that_hangs_between_the_insert_and_its_commit_is_ended_by_the_server() {
        for (long[] amounts : new long[][] {{1}, {2, 3}}) {
            transaction.executeWithoutResult(status -> {
                store.append(behind(0, UUID.randomUUID(), amounts));
                assertThat(idleTimeout()).as("before the insert").isEqualTo("0");
                TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void beforeCompletion() {
                        assertThat(idleTimeout()).as("after the insert").isEqualTo("10s");
                    }
                });
            });
        }
        assertThat(idleTimeout()).as("not in the next transaction").isEqualTo("0");
    }

    private String idleTimeout() {
        return Objects.requireNonNull(jdbc.queryForObject("SHOW idle_in_transaction_session_timeout", String.class));
    }

    @Test
    void callers_that_race_for_a_stream_lose_and_repeat_nothing() throws Exception {
        int callers = 6;
        int each = 40;
        AtomicInteger lost = new AtomicInteger();
        ExecutorService executor = Executors.newFixedThreadPool(callers);
        List<Future<Integer>> calls = new ArrayList<>();
        for (int caller = 0; caller < callers; caller++) {
            EventStore mine = caller % 2 == 0 ? store : deferred;
            calls.add(executor.submit(() -> {
                for (int i = 0; i < each; i++) {
                    while (!transferred(mine)) {
                        lost.incrementAndGet();
                    }
                }
                return each;
            }));
        }
        for (Future<Integer> call : calls) {
            assertThat(call.get(2, TimeUnit.MINUTES)).isEqualTo(each);
        }
        executor.shutdown();

        for (UUID stream : List.of(account, other)) {
            assertThat(deferred.readStream(StreamQuery.of(stream)))
                    .extracting(EventEnvelope::version)
                    .containsExactlyElementsOf(LongStream.rangeClosed(1, (long) callers * each)
                            .boxed()
                            .toList());
        }
        assertThat(lost.get()).as("conflicts").isPositive();
    }

    private boolean transferred(EventStore mine) {
        // in the order in which one append to several streams takes them, so that there is no deadlock
        List<UUID> streams = Stream.of(account, other)
                .sorted(Comparator.comparing(UUID::toString))
                .toList();
        List<Long> versions = streams.stream().map(deferred::currentVersion).toList();
        try {
            transaction.executeWithoutResult(status -> {
                mine.append(behind(versions.get(0), streams.get(0), 1));
                mine.append(behind(versions.get(1), streams.get(1), 1));
            });
            return true;
        } catch (VersionConflictException conflict) {
            return false;
        }
    }
}
