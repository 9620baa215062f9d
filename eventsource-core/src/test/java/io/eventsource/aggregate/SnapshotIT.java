package io.eventsource.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.payload.EventEncodingException;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.payload.UnprovenTypeException;
import io.eventsource.snapshot.Snapshots;
import io.eventsource.snapshot.Snapshots.Settings.SnapshotMode;
import io.eventsource.snapshot.Snapshots.SnapshotListener;
import io.eventsource.snapshot.Snapshots.SnapshotPolicy;
import io.eventsource.store.SnapshotRepository;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.AccountEvent;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.time.Clocks.Ticker;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which states can be kept as snapshots. */
@OnEachPostgres
class SnapshotIT extends SnapshotFixture {

    SnapshotIT(TestDatabase database) {
        super(database);
    }

    /** Its state has a part that its JSON does not have. */
    @AggregateType(value = "forgetful", stateVersion = 1)
    static final class Forgetful extends AggregateRoot<Forgetful.Memory, AccountEvent> {

        static final class Memory {
            private final long amount;

            Memory(long amount) {
                this.amount = amount;
            }

            @Override
            public boolean equals(Object other) {
                return other instanceof Memory memory && memory.amount == amount;
            }

            @Override
            public int hashCode() {
                return Long.hashCode(amount);
            }
        }

        Forgetful(UUID id) {
            super(id, new Memory(0));
        }

        void deposit(long amount) {
            raise(new Deposited(amount));
        }

        @Override
        protected Memory evolve(Memory state, AccountEvent event) {
            return new Memory(state.amount + ((Deposited) event).amount());
        }
    }

    @Test
    void a_state_whose_class_could_not_come_back_is_refused_with_its_component_before_there_is_one() {
        Snapshots snapshots = snapshots(database.dataSource(), SnapshotMode.SYNC, SnapshotPolicy.every(1), NOBODY);
        assertThatThrownBy(() -> AggregateRepository.of(Forgetful.class, store, RETRIES, snapshots))
                .isInstanceOf(UnprovenTypeException.class)
                .hasMessageContaining(Forgetful.Memory.class.getName() + ", amount: ");
    }

    /** Its state comes back as another. */
    @AggregateType(value = "growing", stateVersion = 1)
    static final class Growing extends AggregateRoot<Growing.Sum, AccountEvent> {

        record Sum(long amount) {
            Sum {
                amount = amount + 1;
            }
        }

        Growing(UUID id) {
            super(id, new Sum(0));
        }

        void deposit(long amount) {
            raise(new Deposited(amount));
        }

        @Override
        protected Sum evolve(Sum state, AccountEvent event) {
            return new Sum(state.amount() + ((Deposited) event).amount());
        }
    }

    @Test
    void a_state_that_does_not_come_back_as_it_was_is_not_stored() {
        AggregateRepository<Growing> growing = AggregateRepository.of(
                Growing.class,
                store,
                RETRIES,
                snapshots(database.dataSource(), SnapshotMode.SYNC, SnapshotPolicy.every(1), NOBODY));
        Growing aggregate = growing.create(id);
        aggregate.deposit(3);
        growing.save(aggregate);

        assertThat(statistics.count("growing", SnapshotListener.Outcome.FAILED)).isOne();
        assertThat(repository.find(id)).isEmpty();
        assertThatThrownBy(() -> growing.snapshot(id))
                .isInstanceOf(EventEncodingException.class)
                .hasMessageContaining(Growing.Sum.class.getName() + ", amount");
    }

    @Test
    void what_is_computed_from_the_state_is_not_kept() {
        book(1);
        manual().snapshot(id);
        assertThat(repository.find(id).orElseThrow().state()).doesNotContain("overdrawn");
    }

    @AggregateType("plain")
    static final class Plain extends AggregateRoot<Long, AccountEvent> {

        Plain(UUID id) {
            super(id, 0L);
        }

        @Override
        protected Long evolve(Long state, AccountEvent event) {
            return state + 1;
        }
    }

    @AggregateType(value = "generic", stateVersion = 1)
    static final class Generic extends AggregateRoot<List<String>, AccountEvent> {

        Generic(UUID id) {
            super(id, List.of());
        }

        @Override
        protected List<String> evolve(List<String> state, AccountEvent event) {
            return state;
        }
    }

    @AggregateType(value = "negative", stateVersion = -1)
    static final class Negative extends AggregateRoot<Ledger.Balance, AccountEvent> {

        Negative(UUID id) {
            super(id, new Ledger.Balance(0, 0));
        }

        @Override
        protected Ledger.Balance evolve(Ledger.Balance state, AccountEvent event) {
            return state;
        }
    }

    @Test
    void an_aggregate_without_a_state_version_has_none_and_says_so() {
        AggregateRepository<Plain> plain = AggregateRepository.of(
                Plain.class,
                store,
                RETRIES,
                snapshots(database.dataSource(), SnapshotMode.SYNC, SnapshotPolicy.every(1), NOBODY));
        store.append(StreamAppend.to("plain", id, new Deposited(1)));

        assertThat(plain.load(id).state()).isOne();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> plain.snapshot(id))
                .withMessageContaining("stateVersion");
    }

    @Test
    void a_state_version_on_a_state_that_could_not_be_read_back_is_refused() {
        assertThatExceptionOfType(InvalidDeclarationException.class)
                .isThrownBy(() -> AggregateRepository.of(Generic.class, store, RETRIES))
                .withMessageContaining("Generic")
                .withMessageContaining("without type parameters");
        assertThatExceptionOfType(InvalidDeclarationException.class)
                .isThrownBy(() -> AggregateRepository.of(Negative.class, store, RETRIES))
                .withMessageContaining("-1");
    }

    @Test
    void outside_a_transaction_a_snapshot_that_fails_does_not_fail_what_was_saved() {
        SnapshotRepository broken = SnapshotRepository.postgres(
                database.dataSource(), new io.eventsource.schema.EventSourceSchema("nowhere"));
        AggregateRepository<Ledger> ledgers = AggregateRepository.of(
                Ledger.class,
                store,
                RETRIES,
                new Snapshots(
                        broken,
                        PayloadSerializer.json(),
                        type -> new Snapshots.Settings(SnapshotMode.SYNC, SnapshotPolicy.every(1)),
                        new TransactionParticipation(database.dataSource()),
                        NOBODY,
                        List.of(statistics),
                        Ticker.system()));

        deposit(ledgers, 5);

        assertThat(count(SnapshotListener.Outcome.FAILED)).isOne();
        assertThat(ledgers.load(id).version()).isOne();
    }
}
