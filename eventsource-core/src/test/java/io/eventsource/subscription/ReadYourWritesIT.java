package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.aggregate.AggregateRepository.AggregateState;
import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import io.eventsource.aggregate.CommandRetries;
import io.eventsource.event.EventMetadata;
import io.eventsource.log.HighWaterMark;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.EventStoreSettings;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Whoever has written waits until a read model shows it, whatever it was written by and wherever it is waited for. */
@OnNewestPostgres
class ReadYourWritesIT extends SubscriptionFixture {

    private final UUID account = UUID.randomUUID();
    private final RecordingHandlers handlers = handlers();
    private final SubscriptionManager manager = manager(settings(10, LONG), handlers);

    ReadYourWritesIT(TestDatabase database) {
        super(database);
    }

    @AggregateType("account")
    static final class Account extends AggregateRoot<Long, Deposited> {

        Account(UUID id) {
            super(id, 0L);
        }

        void deposit(long amount) {
            raise(new Deposited(amount));
        }

        @Override
        protected Long evolve(Long state, Deposited event) {
            return state + event.amount();
        }
    }

    private AggregateRepository<Account> accounts() {
        return AggregateRepository.of(
                Account.class, store, new CommandRetries(3, Duration.ofMillis(1), Duration.ofMillis(10)));
    }

    private long positionOf(long version) {
        return Objects.requireNonNull(jdbc.queryForObject(
                "SELECT position FROM eventsource.events WHERE aggregate_id = ? AND version = ?",
                Long.class,
                account,
                version));
    }

    private EventStore storeThatAppends(AppendTiming timing) {
        return TestDatabase.store(
                database.dataSource(),
                TestEvents.codec(),
                HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                signal,
                new EventStoreSettings(timing, Duration.ofSeconds(30), true));
    }

    private AppendResult deposit(EventStore into) {
        return into.append(StreamAppend.to("account", account, new Deposited(1)).expecting(ExpectedVersion.any()));
    }

    @Test
    void the_result_of_an_append_in_a_transaction_serves_after_its_commit() throws Exception {
        manager.start();
        for (AppendTiming timing : AppendTiming.values()) {
            EventStore each = storeThatAppends(timing);
            AppendResult result = Objects.requireNonNull(database.transaction().execute(status -> deposit(each)));

            assertThat(manager.await(name, result, STOP_WITHIN)).isTrue();
            assertThat(handlers.effects()).contains(positionOf(result.lastVersion()));
        }
    }

    @Test
    void it_serves_in_a_callback_after_the_commit_too() {
        manager.start();
        List<Boolean> seen = new CopyOnWriteArrayList<>();
        database.transaction().executeWithoutResult(status -> {
            AppendResult result = deposit(store);
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    try {
                        seen.add(manager.await(name, result, STOP_WITHIN));
                    } catch (InterruptedException interrupted) {
                        throw new IllegalStateException(interrupted);
                    }
                }
            });
        });

        assertThat(seen).containsExactly(true);
        assertThat(handlers.effects()).contains(positionOf(1));
    }

    @Test
    void inside_the_transaction_every_way_to_wait_is_refused_with_what_to_do() {
        manager.start();
        database.transaction().executeWithoutResult(status -> {
            AppendResult result = deposit(store);
            assertThatIllegalStateException()
                    .isThrownBy(() -> manager.await(name, result, LONG))
                    .withMessageContainingAll("Wait after the commit", "@Transactional", "@TransactionalEventListener");
            assertThatIllegalStateException().isThrownBy(() -> manager.awaitVersion(name, account, 1, LONG));
            assertThatIllegalStateException().isThrownBy(() -> manager.awaitCorrelation(name, "c", LONG));
        });
    }

    @Test
    void a_result_that_is_rolled_back_is_waited_for_in_vain() throws Exception {
        manager.start();
        AppendResult result = Objects.requireNonNull(database.transaction().execute(status -> {
            status.setRollbackOnly();
            return deposit(store);
        }));

        assertThat(manager.await(name, result, Duration.ofMillis(100))).isFalse();
    }

    @Test
    void what_execute_returns_is_enough_to_wait_for() throws Exception {
        manager.start();
        AggregateRepository<Account> accounts = accounts();
        Account created = accounts.create(account);
        created.deposit(1);
        accounts.save(created);

        Account changed = accounts.execute(account, each -> each.deposit(2));

        assertThat(manager.awaitVersion(name, changed.id(), changed.version(), STOP_WITHIN))
                .isTrue();
        assertThat(handlers.effects()).contains(positionOf(2));
        Account inTransaction = Objects.requireNonNull(
                database.transaction().execute(status -> accounts.execute(account, each -> each.deposit(3))));
        assertThat(manager.awaitVersion(name, inTransaction.id(), inTransaction.version(), STOP_WITHIN))
                .isTrue();
        assertThat(handlers.effects()).contains(positionOf(3));
        AggregateState<Long> asDecided = new AggregateState<>(account, 6L, 3);
        assertThat(manager.awaitVersion(name, asDecided.id(), asDecided.version(), STOP_WITHIN))
                .isTrue();
    }

    @Test
    void a_version_that_nobody_has_appended_yet_is_waited_for() throws Exception {
        manager.start();
        deposit(store);
        CountDownLatch waiting = new CountDownLatch(1);
        CompletableFuture<Boolean> waited = CompletableFuture.supplyAsync(() -> {
            waiting.countDown();
            try {
                return manager.awaitVersion(name, account, 3, STOP_WITHIN);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        });
        waiting.await();

        store.append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)));
        deposit(store);
        assertThat(waited).isNotDone();
        deposit(store);

        assertThat(waited.get()).isTrue();
        assertThat(handlers.effects()).contains(positionOf(3));
        assertThatIllegalArgumentException().isThrownBy(() -> manager.awaitVersion(name, account, 0, LONG));
    }

    @Test
    void what_a_request_has_caused_is_waited_for_by_its_correlation() throws Exception {
        String correlation = "request-" + UUID.randomUUID();
        EventMetadata request = EventMetadata.none().withCorrelationId(correlation);
        handlers.then(event -> {
            if (event.metadata().causationId() == null
                    && correlation.equals(event.metadata().correlationId())) {
                // what a handler appends inherits the correlation
                deposit(store);
            }
        });
        manager.start();
        assertThat(manager.awaitCorrelation(name, correlation, Duration.ofMillis(100)))
                .as("nothing has happened")
                .isFalse();

        store.append(
                StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)).withMetadata(request));

        assertThat(manager.awaitCorrelation(name, correlation, STOP_WITHIN)).isTrue();
        assertThat(handlers.effects()).contains(positionOf(1));
    }
}
