package io.eventsource.observation;

import io.eventsource.observation.EventSourceObservations.SnapshotContext;
import io.eventsource.store.SnapshotRepository;
import io.eventsource.store.SnapshotRepository.StreamSnapshot;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Snapshots whose storing is observed. */
final class ObservedSnapshotRepository implements SnapshotRepository {

    private final SnapshotRepository repository;
    private final EventSourceObservations observations;

    ObservedSnapshotRepository(SnapshotRepository repository, EventSourceObservations observations) {
        this.repository = repository;
        this.observations = observations;
    }

    @Override
    public boolean store(StreamSnapshot snapshot, @Nullable UUID replaced) {
        if (observations.idle()) {
            return repository.store(snapshot, replaced);
        }
        SnapshotContext context = new SnapshotContext(snapshot);
        return Observed.call(observations.of(context), () -> {
            boolean stored = repository.store(snapshot, replaced);
            context.answered(stored);
            return stored;
        });
    }

    @Override
    public Optional<StreamSnapshot> find(UUID aggregateId) {
        return repository.find(aggregateId);
    }

    @Override
    public boolean delete(UUID aggregateId) {
        return repository.delete(aggregateId);
    }

    @Override
    public int deleteAll(String aggregateType) {
        return repository.deleteAll(aggregateType);
    }

    @Override
    public int deleteAll(String aggregateType, int stateVersion) {
        return repository.deleteAll(aggregateType, stateVersion);
    }
}
