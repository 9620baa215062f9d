package io.eventsource.aggregate;

import io.eventsource.aggregate.AggregateRepository.AggregateState;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRegistry;
import io.eventsource.snapshot.Snapshots;
import io.eventsource.store.EventStore;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;

/** Folds streams into states and runs commands on them. */
final class EventStoreDeciderRepository<C, S, E> implements DeciderRepository<C, S, E> {

    private final Decider<C, S, E> decider;
    private final Fold<S> fold;
    private final AggregateStreams<S> streams;

    @SuppressWarnings("unchecked")
    EventStoreDeciderRepository(
            Decider<C, S, E> decider,
            EventStore store,
            CommandRetries retries,
            Snapshots snapshots,
            EventRegistry events) {
        this.decider = decider;
        this.fold = new Fold<>(decider.initialState(), (state, event) -> decider.evolve(state, (E) event));
        StateType<S> type = StateType.of(decider.getClass(), Decider.class, 1);
        this.streams = new AggregateStreams<>(type.name(), store, retries, StateSnapshots.of(type, snapshots));
        events.requireRegistered(ResolvableType.forClass(decider.getClass())
                .as(Decider.class)
                .getGeneric(2)
                .resolve(Object.class));
    }

    @Override
    public AggregateState<S> execute(UUID id, EventMetadata metadata, C command) {
        return streams.retrying(id, () -> {
            Folded<S> before = streams.find(id, fold);
            S state = before == null ? fold.initial() : before.state();
            long version = before == null ? 0 : before.version();
            List<E> events = decider.decide(command, state);
            if (events.isEmpty()) {
                return new AggregateState<>(id, state, version);
            }
            for (E event : events) {
                state = decider.evolve(state, event);
            }
            version = streams.append(id, version, events, metadata).lastVersion();
            streams.snapshotIfDue(id, version, before == null ? 0 : before.snapshotVersion(), () -> fold);
            return new AggregateState<>(id, state, version);
        });
    }

    @Override
    public AggregateState<S> load(UUID id) {
        return state(id, streams.require(id, streams.find(id, fold)));
    }

    @Override
    public Optional<AggregateState<S>> find(UUID id) {
        @Nullable Folded<S> found = streams.find(id, fold);
        return found == null ? Optional.empty() : Optional.of(state(id, found));
    }

    @Override
    public AggregateState<S> loadAt(UUID id, long version) {
        return state(id, streams.require(id, streams.findAt(id, version, fold)));
    }

    private static <S> AggregateState<S> state(UUID id, Folded<S> folded) {
        return new AggregateState<>(id, folded.state(), folded.version());
    }

    @Override
    public boolean exists(UUID id) {
        return streams.exists(id);
    }

    @Override
    public boolean snapshot(UUID id) {
        return streams.snapshot(id, () -> fold);
    }
}
