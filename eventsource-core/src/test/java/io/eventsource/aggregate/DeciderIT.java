package io.eventsource.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.aggregate.AggregateRepository.AggregateState;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRegistry;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.snapshot.Snapshots;
import io.eventsource.snapshot.Snapshots.Settings.SnapshotMode;
import io.eventsource.snapshot.Snapshots.SnapshotListener;
import io.eventsource.snapshot.Snapshots.SnapshotListener.SnapshotStatistics;
import io.eventsource.snapshot.Snapshots.SnapshotPolicy;
import io.eventsource.store.AppendException.StreamMismatchException;
import io.eventsource.store.EventStore;
import io.eventsource.store.SnapshotRepository;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.StreamQuery;
import io.eventsource.store.VersionConflictException;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.AccountEvent;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Withdrawn;
import io.eventsource.testing.Threads;
import io.eventsource.time.Clocks.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@OnEachPostgres
class DeciderIT {

    record Transfer(long amount) {}

    record Purse(long amount) {}

    @AggregateType(value = "purse", stateVersion = 1)
    static class PurseDecider implements Decider<Transfer, Purse, AccountEvent> {

        private final Runnable meanwhile;

        PurseDecider(Runnable meanwhile) {
            this.meanwhile = meanwhile;
        }

        @Override
        public Purse initialState() {
            return new Purse(0);
        }

        @Override
        public List<AccountEvent> decide(Transfer command, Purse state) {
            meanwhile.run();
            if (state.amount() + command.amount() < 0) {
                throw new IllegalStateException("not covered");
            }
            if (command.amount() == 0) {
                return List.of();
            }
            return List.of(command.amount() > 0 ? new Deposited(command.amount()) : new Withdrawn(-command.amount()));
        }

        @Override
        public Purse evolve(Purse state, AccountEvent event) {
            return event instanceof Deposited deposited
                    ? new Purse(state.amount() + deposited.amount())
                    : new Purse(state.amount() - ((Withdrawn) event).amount());
        }
    }

    private final EventStore store;
    private final SnapshotRepository repository;
    private final SnapshotStatistics statistics = new SnapshotStatistics();
    private final Snapshots snapshots;
    private final UUID id = UUID.randomUUID();

    DeciderIT(TestDatabase database) {
        this.store = database.store();
        this.repository = SnapshotRepository.postgres(database.dataSource(), TestDatabase.SCHEMA);
        this.snapshots = new Snapshots(
                repository,
                PayloadSerializer.json(),
                type -> new Snapshots.Settings(SnapshotMode.SYNC, SnapshotPolicy.every(5)),
                new TransactionParticipation(database.dataSource()),
                Runnable::run,
                List.of(statistics),
                Ticker.system());
    }

    private DeciderRepository<Transfer, Purse, AccountEvent> purses(Runnable meanwhile, int retries) {
        return DeciderRepository.of(
                new PurseDecider(meanwhile),
                store,
                new CommandRetries(retries, Duration.ofMillis(1), Duration.ofMillis(50)),
                snapshots,
                TestEvents.registry());
    }

    private final AtomicInteger decisions = new AtomicInteger();

    private DeciderRepository<Transfer, Purse, AccountEvent> purses() {
        return purses(decisions::incrementAndGet, 20);
    }

    @Test
    void the_first_command_makes_the_aggregate_and_further_ones_change_it() {
        assertThat(purses().exists(id)).isFalse();
        assertThat(purses().find(id)).isEmpty();

        assertThat(purses().execute(id, EventMetadata.none().withActorId("ann"), new Transfer(10)))
                .isEqualTo(new AggregateState<>(id, new Purse(10), 1));
        assertThat(purses().execute(id, new Transfer(-4))).isEqualTo(new AggregateState<>(id, new Purse(6), 2));

        assertThat(purses().load(id)).isEqualTo(new AggregateState<>(id, new Purse(6), 2));
        assertThat(purses().find(id)).contains(new AggregateState<>(id, new Purse(6), 2));
        assertThat(purses().loadAt(id, 1).state()).isEqualTo(new Purse(10));
        assertThat(purses().exists(id)).isTrue();
        assertThat(store.readStream(StreamQuery.of(id)).get(0).metadata().actorId())
                .isEqualTo("ann");
    }

    @Test
    void a_decision_for_nothing_stores_nothing() {
        assertThat(purses().execute(id, new Transfer(0))).isEqualTo(new AggregateState<>(id, new Purse(0), 0));
        assertThat(store.exists(id)).isFalse();
    }

    @Test
    void a_refused_command_is_thrown_at_once_and_stores_nothing() {
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> purses().execute(id, new Transfer(-1)));
        assertThat(decisions).hasValue(1);
        assertThat(store.exists(id)).isFalse();
        assertThatExceptionOfType(AggregateNotFoundException.class).isThrownBy(() -> purses().load(id));
    }

    @Test
    void contended_commands_are_repeated_and_snapshots_are_taken_and_used() {
        Threads.race(6, () -> {
            for (int i = 0; i < 5; i++) {
                purses().execute(id, new Transfer(1));
            }
            return true;
        });

        assertThat(purses().load(id)).isEqualTo(new AggregateState<>(id, new Purse(30), 30));
        assertThat(repository.find(id).orElseThrow().version()).isGreaterThanOrEqualTo(25);
        assertThat(statistics.count("purse", SnapshotListener.Outcome.USED)).isPositive();
        assertThat(purses().snapshot(id) || repository.find(id).orElseThrow().version() == 30)
                .isTrue();
    }

    @Test
    void a_command_is_not_repeated_for_ever() {
        DeciderRepository<Transfer, Purse, AccountEvent> overtaken = purses(
                () -> {
                    decisions.incrementAndGet();
                    store.append(StreamAppend.to("purse", id, new Deposited(1)));
                },
                2);

        assertThatExceptionOfType(VersionConflictException.class)
                .isThrownBy(() -> overtaken.execute(id, new Transfer(1)));
        assertThat(decisions).hasValue(3);
    }

    @Test
    void the_id_of_another_types_aggregate_is_refused() {
        store.append(StreamAppend.to("account", id, new Deposited(1)));
        assertThat(purses().find(id)).isEmpty();
        assertThatExceptionOfType(StreamMismatchException.class)
                .isThrownBy(() -> purses().execute(id, new Transfer(1)));
    }

    @Test
    void an_event_that_is_not_registered_is_refused_before_any_command() {
        assertThatExceptionOfType(InvalidDeclarationException.class)
                .isThrownBy(() -> DeciderRepository.of(
                        new PurseDecider(() -> {}),
                        store,
                        new CommandRetries(1, Duration.ofMillis(1), Duration.ofMillis(1)),
                        snapshots,
                        EventRegistry.of(Deposited.class)))
                .withMessageContaining("Withdrawn");
    }
}
