package io.eventsource.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.snapshot.Snapshots.Settings.SnapshotMode;
import io.eventsource.snapshot.Snapshots.SnapshotListener;
import io.eventsource.snapshot.Snapshots.SnapshotPolicy;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** When and where a snapshot that is due is taken. */
@OnEachPostgres
class SnapshotModesIT extends SnapshotFixture {

    SnapshotModesIT(TestDatabase database) {
        super(database);
    }

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
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(1));
        try {
            executor.execute(() -> {
                begun.countDown();
                awaitUninterrupted(go);
            });
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            executor.execute(() -> {});
            AggregateRepository<Ledger> ledgers = ledgers(SnapshotMode.BACKGROUND, SnapshotPolicy.every(1), executor);

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
