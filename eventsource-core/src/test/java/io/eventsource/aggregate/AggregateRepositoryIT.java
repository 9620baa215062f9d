package io.eventsource.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamQuery;
import io.eventsource.store.VersionConflictException;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.AccountEvent;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Withdrawn;
import io.eventsource.testing.Threads;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@OnEachPostgres
class AggregateRepositoryIT {

    @AggregateType("account")
    static class Account extends AggregateRoot<Long, AccountEvent> {

        Account(UUID id) {
            super(id, 0L);
        }

        void deposit(long amount) {
            raise(new Deposited(amount));
        }

        void withdraw(long amount) {
            if (amount > state()) {
                throw new IllegalStateException("not covered");
            }
            raise(new Withdrawn(amount));
        }

        @Override
        protected Long evolve(Long state, AccountEvent event) {
            if (event instanceof Deposited deposited) {
                return state + deposited.amount();
            }
            return state - ((Withdrawn) event).amount();
        }
    }

    @AggregateType("order")
    static class Order extends AggregateRoot<Long, Object> {

        Order(UUID id) {
            super(id, 0L);
        }

        @Override
        protected Long evolve(Long state, Object event) {
            return state + 1;
        }
    }

    private static final CommandRetries RETRIES = new CommandRetries(10, Duration.ofMillis(2), Duration.ofMillis(100));

    private final EventStore store;
    private final AggregateRepository<Account> accounts;
    private final UUID id = UUID.randomUUID();

    AggregateRepositoryIT(TestDatabase database) {
        this.store = database.store();
        this.accounts = AggregateRepository.of(Account.class, store, RETRIES);
    }

    private Account saved(long... deposits) {
        Account account = accounts.create(id);
        for (long amount : deposits) {
            account.deposit(amount);
        }
        accounts.save(account);
        return account;
    }

    @Test
    void what_is_saved_is_loaded() {
        Account account = accounts.create(id);
        account.deposit(10);
        account.withdraw(3);
        assertThat(account.version()).isZero();
        assertThat(account.state()).isEqualTo(7);
        assertThat(account.uncommittedEvents()).containsExactly(new Deposited(10), new Withdrawn(3));

        AppendResult result = Objects.requireNonNull(
                accounts.save(account, EventMetadata.none().withActorId("ann")));

        assertThat(result.lastVersion()).isEqualTo(2);
        assertThat(account.version()).isEqualTo(2);
        assertThat(account.uncommittedEvents()).isEmpty();
        Account loaded = accounts.load(id);
        assertThat(loaded.state()).isEqualTo(7);
        assertThat(loaded.version()).isEqualTo(2);
        assertThat(loaded.id()).isEqualTo(id);
        assertThat(store.readStream(StreamQuery.of(id)))
                .extracting(EventEnvelope::metadata)
                .containsOnly(EventMetadata.none().withActorId("ann"));
    }

    @Test
    void saving_again_appends_only_what_is_new() {
        Account account = saved(1);
        account.deposit(2);
        accounts.save(account);
        assertThat(accounts.load(id).state()).isEqualTo(3);
        assertThat(accounts.load(id).version()).isEqualTo(2);
    }

    @Test
    void saving_without_events_does_nothing() {
        Account account = saved(1);
        assertThat(accounts.save(account)).isNull();
        assertThat(store.currentVersion(id)).isEqualTo(1);
    }

    @Test
    void whoever_saves_second_conflicts_and_keeps_the_events_to_decide_again() {
        saved(10);
        Account one = accounts.load(id);
        Account two = accounts.load(id);
        one.withdraw(10);
        two.withdraw(10);
        accounts.save(one);

        assertThatExceptionOfType(VersionConflictException.class)
                .isThrownBy(() -> accounts.save(two))
                .satisfies(conflict -> assertThat(conflict.actualVersion()).isEqualTo(2));
        assertThat(two.uncommittedEvents()).hasSize(1);
        assertThat(two.version()).isEqualTo(1);
        assertThat(accounts.load(id).state()).isZero();
    }

    @Test
    void an_id_that_is_taken_cannot_be_created_again() {
        saved(1);
        Account again = accounts.create(id);
        again.deposit(1);
        assertThatExceptionOfType(VersionConflictException.class).isThrownBy(() -> accounts.save(again));
    }

    @Test
    void an_earlier_version_is_as_it_was() {
        saved(1, 2, 3);
        assertThat(accounts.loadAt(id, 2).state()).isEqualTo(3);
        assertThat(accounts.loadAt(id, 2).version()).isEqualTo(2);
        assertThat(accounts.loadAt(id, 99).version()).isEqualTo(3);
    }

    @Test
    void an_aggregate_that_does_not_exist_or_is_of_another_type_is_not_found() {
        assertThat(accounts.find(id)).isEmpty();
        assertThat(accounts.exists(id)).isFalse();
        assertThatExceptionOfType(AggregateNotFoundException.class)
                .isThrownBy(() -> accounts.load(id))
                .withMessageContaining("account")
                .withMessageContaining(id.toString());
        saved(1);
        AggregateRepository<Order> orders = AggregateRepository.of(Order.class, store, RETRIES);
        assertThat(orders.find(id)).isEmpty();
        assertThat(orders.exists(id)).isFalse();
        assertThat(accounts.exists(id)).isTrue();
        assertThatExceptionOfType(AggregateNotFoundException.class).isThrownBy(() -> orders.loadAt(id, 1));
    }

    static class Untyped extends Account {
        Untyped(UUID id) {
            super(id);
        }
    }

    @AggregateType("broken")
    static class WithoutConstructor extends Account {
        WithoutConstructor() {
            super(UUID.randomUUID());
        }
    }

    @AggregateType("abstract")
    abstract static class Abstract extends Account {
        Abstract(UUID id) {
            super(id);
        }
    }

    @Test
    void classes_that_cannot_be_aggregates_are_refused_with_their_name() {
        for (Class<? extends Account> bad :
                java.util.List.of(Untyped.class, WithoutConstructor.class, Abstract.class)) {
            assertThatExceptionOfType(InvalidDeclarationException.class)
                    .isThrownBy(() -> AggregateRepository.of(bad, store, RETRIES))
                    .satisfies(refusal -> assertThat(refusal.declaredClass()).isEqualTo(bad))
                    .withMessageContaining(bad.getName());
        }
    }

    @Test
    void contended_commands_are_repeated_until_each_has_had_its_turn() {
        saved(0);

        AggregateRepository<Account> hardlyRepeating = AggregateRepository.of(
                Account.class, store, new CommandRetries(3, Duration.ofMillis(2), Duration.ofMillis(100)));
        Threads.race(16, () -> {
            for (int i = 0; i < 20; i++) {
                hardlyRepeating.execute(id, account -> account.deposit(1));
            }
            return true;
        });

        assertThat(accounts.load(id).version()).isEqualTo(321);
    }

    @Test
    void a_command_is_not_repeated_for_ever() {
        saved(1);
        AtomicInteger attempts = new AtomicInteger();
        AggregateRepository<Account> twice = AggregateRepository.of(
                Account.class, store, new CommandRetries(2, Duration.ofMillis(1), Duration.ofMillis(1)));

        assertThatExceptionOfType(VersionConflictException.class)
                .isThrownBy(() -> twice.execute(id, account -> {
                    attempts.incrementAndGet();
                    account.deposit(1);
                    // somebody else is always first
                    accounts.execute(id, other -> other.deposit(2));
                }));

        assertThat(attempts).hasValue(3);
        assertThat(accounts.load(id).version()).isEqualTo(4);
    }

    @Test
    void what_a_command_throws_is_thrown_at_once() {
        saved(1);
        AtomicInteger attempts = new AtomicInteger();

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> accounts.execute(id, account -> {
                    attempts.incrementAndGet();
                    throw new IllegalStateException("no");
                }));
        assertThatExceptionOfType(AggregateNotFoundException.class)
                .isThrownBy(() -> accounts.execute(UUID.randomUUID(), account -> {}));

        assertThat(attempts).hasValue(1);
    }
}
