package io.eventsource.store;

import static io.eventsource.store.EventStoreFixture.deposits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.event.EventEnvelope;
import io.eventsource.log.HighWaterMark;
import io.eventsource.log.LogQuery;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.sql.Connection;
import java.sql.Savepoint;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Appends inside Spring transactions: checked at once, inserted right before the commit. */
@OnEachPostgres
class DeferredAppendIT {

    private final TestDatabase database;
    private final EventStore store;
    private final EventStore immediate;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;
    private final UUID account = UUID.randomUUID();

    DeferredAppendIT(TestDatabase database) {
        this.database = database;
        HighWaterMark mark = HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC());
        store = database.store();
        immediate = TestDatabase.store(
                database.dataSource(),
                TestEvents.codec(),
                mark,
                new LogSignal(),
                new EventStoreSettings(AppendTiming.IMMEDIATE, Duration.ofSeconds(10), true));
        jdbc = database.jdbc();
        transaction = database.transaction();
    }

    private List<Long> versions(UUID id) {
        return store.readStream(StreamQuery.of(id)).stream()
                .map(EventEnvelope::version)
                .toList();
    }

    private long locksOnLog() {
        return Objects.requireNonNull(jdbc.queryForObject(
                """
                SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()
                   AND relation = 'eventsource.events'::regclass AND mode = 'RowExclusiveLock'""",
                Long.class));
    }

    @Test
    void a_transaction_that_goes_on_after_its_append_holds_no_lock_on_the_log() {
        transaction.executeWithoutResult(status -> {
            AppendResult result = store.append(deposits(account, 1, 2));
            assertThat(locksOnLog()).isZero();
            assertThat(result.lastVersion()).isEqualTo(2);
            assertThat(result.lastPosition()).as("not drawn yet").isZero();
        });
        assertThat(versions(account)).containsExactly(1L, 2L);
    }

    @Test
    void with_immediate_timing_it_does_and_the_position_is_known_at_once() {
        transaction.executeWithoutResult(status -> {
            AppendResult result = immediate.append(deposits(account, 1, 2));
            assertThat(locksOnLog()).isEqualTo(1);
            assertThat(result.lastPosition()).isPositive();
        });
        assertThat(versions(account)).containsExactly(1L, 2L);
    }

    @Test
    void a_conflict_surfaces_where_the_append_stands_and_the_transaction_goes_on() {
        store.append(deposits(account, 1));
        UUID other = UUID.randomUUID();
        transaction.executeWithoutResult(status -> {
            assertThatThrownBy(() -> store.append(deposits(account, 2).expecting(ExpectedVersion.noStream())))
                    .isInstanceOfSatisfying(
                            VersionConflictException.class,
                            conflict -> assertThat(conflict.actualVersion()).isEqualTo(1));
            store.append(deposits(other, 3));
        });
        assertThat(versions(account)).containsExactly(1L);
        assertThat(versions(other)).containsExactly(1L);
    }

    @Test
    void reads_of_the_same_transaction_see_what_it_has_appended() {
        store.append(deposits(account, 1));
        transaction.executeWithoutResult(status -> {
            store.append(deposits(account, 2, 3).expecting(ExpectedVersion.exact(1)));
            store.append(deposits(account, 4).expecting(ExpectedVersion.exact(3)));

            assertThat(store.readStream(StreamQuery.of(account)))
                    .extracting(EventEnvelope::payload)
                    .containsExactly(new Deposited(1), new Deposited(2), new Deposited(3), new Deposited(4));
            assertThat(store.readStream(StreamQuery.of(account).backward().limit(2)))
                    .extracting(EventEnvelope::version)
                    .containsExactly(4L, 3L);
            assertThat(store.readStream(StreamQuery.of(account).from(2).to(3)))
                    .extracting(EventEnvelope::version)
                    .containsExactly(2L, 3L);
            assertThat(store.readStream(StreamQuery.of(account).asOfTime(Instant.now())))
                    .as("as of a time: what the database held")
                    .extracting(EventEnvelope::version)
                    .containsExactly(1L);
            assertThat(store.currentVersion(account)).isEqualTo(4);
            assertThat(store.streamEvents(StreamQuery.of(account))).hasSize(4);
        });
        assertThat(versions(account)).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void a_rolled_back_transaction_leaves_nothing() {
        transaction.executeWithoutResult(status -> {
            store.append(deposits(account, 1));
            status.setRollbackOnly();
        });
        assertThat(store.exists(account)).isFalse();
        assertThat(versions(account)).isEmpty();
    }

    @Test
    void what_a_nested_transaction_appended_goes_when_it_is_rolled_back() {
        TransactionTemplate nested = new TransactionTemplate(database.transactionManager());
        nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
        transaction.executeWithoutResult(outer -> {
            store.append(deposits(account, 1));
            nested.executeWithoutResult(inner -> {
                store.append(deposits(account, 2).expecting(ExpectedVersion.exact(1)));
                inner.setRollbackOnly();
            });
            assertThat(versions(account)).containsExactly(1L);
            nested.executeWithoutResult(
                    inner -> store.append(deposits(account, 3, 4).expecting(ExpectedVersion.exact(1))));
        });
        assertThat(store.readStream(StreamQuery.of(account)))
                .extracting(EventEnvelope::payload)
                .containsExactly(new Deposited(1), new Deposited(3), new Deposited(4));
    }

    @Test
    void two_stores_append_in_one_transaction() {
        EventStore second = database.store();
        UUID other = UUID.randomUUID();
        transaction.executeWithoutResult(status -> {
            store.append(deposits(account, 1).expecting(ExpectedVersion.noStream()));
            second.append(deposits(other, 1).expecting(ExpectedVersion.noStream()));
            store.append(deposits(account, 2).expecting(ExpectedVersion.exact(1)));
            second.append(deposits(other, 2, 3));
        });
        assertThat(versions(account)).containsExactly(1L, 2L);
        assertThat(versions(other)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void a_commit_between_the_appends_of_two_stores_is_noticed() {
        EventStore second = database.store();
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    store.append(deposits(account, 1).expecting(ExpectedVersion.noStream()));
                    jdbc.execute((ConnectionCallback<Boolean>) connection -> {
                        connection.unwrap(Connection.class).commit();
                        return true;
                    });
                    second.append(deposits(UUID.randomUUID(), 1).expecting(ExpectedVersion.noStream()));
                }))
                .isInstanceOfSatisfying(AppendFailedException.class, failure -> assertThat(failure.reason())
                        .isEqualTo(AppendFailedException.Reason.TRANSACTION_REPLACED));
    }

    @Test
    void a_savepoint_set_before_the_first_append_undoes_all_appends_behind_it() {
        transaction.executeWithoutResult(status -> {
            Object savepoint = status.createSavepoint();
            store.append(deposits(account, 1, 2, 3));
            status.rollbackToSavepoint(savepoint);
            store.append(deposits(account, 4).expecting(ExpectedVersion.noStream()));
        });
        assertThat(store.readStream(StreamQuery.of(account)))
                .extracting(EventEnvelope::payload)
                .containsExactly(new Deposited(4));
    }

    @Test
    void an_append_undone_behind_springs_back_fails_the_commit_instead_of_leaving_events_without_their_stream() {
        assertThatThrownBy(() -> transaction.executeWithoutResult(
                        status -> jdbc.execute((ConnectionCallback<Boolean>) connection -> {
                            Connection target = connection.unwrap(Connection.class);
                            Savepoint savepoint = target.setSavepoint();
                            store.append(deposits(account, 1));
                            target.rollback(savepoint);
                            return true;
                        })))
                .hasMessageContaining("undone by a savepoint");
        assertThat(store.exists(account)).isFalse();
        assertThat(versions(account)).isEmpty();
    }

    @Test
    void a_suspended_transaction_keeps_its_appends_apart_from_the_inner_ones() {
        UUID other = UUID.randomUUID();
        TransactionTemplate requiresNew = new TransactionTemplate(database.transactionManager());
        requiresNew.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        transaction.executeWithoutResult(outer -> {
            store.append(deposits(account, 1));
            requiresNew.executeWithoutResult(inner -> {
                assertThat(versions(account)).as("not committed yet").isEmpty();
                store.append(deposits(other, 1));
            });
            assertThat(versions(other)).containsExactly(1L);
            assertThat(versions(account)).containsExactly(1L);
            outer.setRollbackOnly();
        });
        assertThat(versions(account)).isEmpty();
        assertThat(versions(other)).containsExactly(1L);
    }

    @Test
    void an_append_in_another_synchronizations_before_commit_is_stored_too() {
        transaction.executeWithoutResult(
                status -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void beforeCommit(boolean readOnly) {
                        store.append(deposits(account, 1));
                    }
                }));
        assertThat(versions(account)).containsExactly(1L);
    }

    private void afterCommit(Runnable callback) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                callback.run();
            }
        });
    }

    private void afterCompletion(Runnable callback) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCompletion(int status) {
                callback.run();
            }
        });
    }

    @Test
    void a_first_append_in_an_after_commit_callback_is_stored_in_a_commit_of_its_own() {
        transaction.executeWithoutResult(status -> {
            jdbc.queryForList("SELECT 1");
            afterCommit(() -> {
                assertThat(store.append(deposits(account, 1, 2)).lastPosition()).isPositive();
                assertThat(versions(account)).containsExactly(1L, 2L);
            });
        });
        assertThat(versions(account)).containsExactly(1L, 2L);
        assertThat(store.currentVersion(account)).isEqualTo(2);
    }

    @Test
    void so_is_a_further_one_and_one_in_a_scope_that_joins_what_is_over() {
        UUID other = UUID.randomUUID();
        transaction.executeWithoutResult(status -> {
            afterCommit(() -> {
                store.append(deposits(account, 2).expecting(ExpectedVersion.exact(1)));
                transaction.executeWithoutResult(joined -> store.append(deposits(other, 1, 2)));
            });
            store.append(deposits(account, 1));
        });
        assertThat(versions(account)).containsExactly(1L, 2L);
        assertThat(versions(other)).containsExactly(1L, 2L);
    }

    @Test
    void an_append_after_completion_is_stored_whether_the_transaction_was_committed_or_not() {
        UUID other = UUID.randomUUID();
        transaction.executeWithoutResult(status -> {
            jdbc.queryForList("SELECT 1");
            afterCompletion(() -> store.append(deposits(account, 1)));
        });
        transaction.executeWithoutResult(status -> {
            store.append(deposits(account, 2));
            afterCompletion(() -> store.append(deposits(other, 1)));
            status.setRollbackOnly();
        });
        assertThat(versions(account)).containsExactly(1L);
        assertThat(versions(other)).containsExactly(1L);
    }

    @Test
    void a_transaction_begun_in_an_after_commit_callback_commits_or_rolls_back_by_itself() {
        UUID other = UUID.randomUUID();
        TransactionTemplate requiresNew = new TransactionTemplate(database.transactionManager());
        requiresNew.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        transaction.executeWithoutResult(status -> {
            jdbc.queryForList("SELECT 1");
            afterCommit(() -> {
                requiresNew.executeWithoutResult(inner -> store.append(deposits(account, 1)));
                requiresNew.executeWithoutResult(inner -> {
                    afterCompletion(() -> {});
                    store.append(deposits(other, 1));
                    inner.setRollbackOnly();
                });
            });
        });
        assertThat(versions(account)).containsExactly(1L);
        assertThat(versions(other)).isEmpty();
        assertThat(store.exists(other)).isFalse();
    }

    @Test
    void reading_after_the_commit_sees_each_event_once() {
        transaction.executeWithoutResult(status -> {
            afterCommit(() -> assertThat(versions(account)).containsExactly(1L, 2L));
            store.append(deposits(account, 1, 2));
        });
        assertThat(versions(account)).containsExactly(1L, 2L);
    }

    @Test
    void a_scope_without_a_transaction_commits_each_append_by_itself() {
        TransactionTemplate supports = new TransactionTemplate(database.transactionManager());
        supports.setPropagationBehavior(TransactionDefinition.PROPAGATION_SUPPORTS);

        assertThatThrownBy(() -> supports.executeWithoutResult(status -> {
                    jdbc.queryForList("SELECT 1");
                    assertThat(store.append(deposits(account, 1)).lastPosition())
                            .isPositive();
                    throw new IllegalStateException("later");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(versions(account)).containsExactly(1L);
        assertThat(store.append(deposits(account, 2).expecting(ExpectedVersion.exact(1)))
                        .lastVersion())
                .isEqualTo(2);
    }

    @Test
    void repeating_an_append_in_a_later_transaction_gives_the_first_result() {
        UUID appendId = UUID.randomUUID();
        StreamAppend append =
                deposits(account, 1, 2).expecting(ExpectedVersion.noStream()).withAppendId(appendId);
        transaction.executeWithoutResult(status -> store.append(append));

        AppendResult again = Objects.requireNonNull(transaction.execute(status -> store.append(append)));

        assertThat(again.duplicate()).isTrue();
        assertThat(again.lastVersion()).isEqualTo(2);
        assertThat(again.lastPosition()).isPositive();
        assertThat(versions(account)).containsExactly(1L, 2L);
    }

    @Test
    void a_client_that_hangs_between_its_deferred_insert_and_its_commit_is_ended_by_the_server() {
        EventStore impatient = TestDatabase.store(
                database.dataSource(),
                TestEvents.codec(),
                HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                new LogSignal(),
                new EventStoreSettings(AppendTiming.DEFERRED, Duration.ofMillis(321), true));
        transaction.executeWithoutResult(status -> {
            impatient.append(deposits(account, 1));
            assertThat(idleTimeout()).as("before the insert").isEqualTo("0");
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void beforeCompletion() {
                    assertThat(idleTimeout()).as("after the insert").isEqualTo("321ms");
                }
            });
        });
        assertThat(versions(account)).containsExactly(1L);
        assertThat(transaction.<String>execute(status -> idleTimeout()))
                .as("not in the next transaction")
                .isEqualTo("0");
    }

    private String idleTimeout() {
        return Objects.requireNonNull(jdbc.queryForObject("SHOW idle_in_transaction_session_timeout", String.class));
    }

    @Test
    void reading_the_log_inside_a_transaction_keeps_no_second_connection() {
        transaction.executeWithoutResult(status -> {
            jdbc.queryForList("SELECT 1");
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {});
            int before = database.dataSource().getHikariPoolMXBean().getActiveConnections();

            store.highWaterMark();
            store.readLog(LogQuery.after(0));

            assertThat(database.dataSource().getHikariPoolMXBean().getActiveConnections())
                    .isEqualTo(before);
            assertThat(TransactionSynchronizationManager.getSynchronizations()).hasSize(1);
            store.append(deposits(account, 1));
        });
        assertThat(versions(account)).containsExactly(1L);
    }
}
