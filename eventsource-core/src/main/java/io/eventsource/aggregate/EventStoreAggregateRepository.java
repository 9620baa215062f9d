package io.eventsource.aggregate;

import io.eventsource.event.EventMetadata;
import io.eventsource.snapshot.Snapshots;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Folds streams into aggregates. */
final class EventStoreAggregateRepository<A extends AggregateRoot<?, ?>> implements AggregateRepository<A> {

    private final AggregateClass<A> aggregateClass;
    private final AggregateStreams<Object> streams;

    EventStoreAggregateRepository(
            Class<A> aggregateClass, EventStore store, CommandRetries retries, @Nullable Snapshots snapshots) {
        this.aggregateClass = AggregateClass.of(aggregateClass);
        StateType<Object> type = this.aggregateClass.type();
        this.streams = new AggregateStreams<>(type.name(), store, retries, StateSnapshots.of(type, snapshots));
    }

    @Override
    public A create(UUID id) {
        return aggregateClass.instantiate(id);
    }

    @Override
    public A load(UUID id) {
        return streams.require(id, find(id).orElse(null));
    }

    @Override
    public Optional<A> find(UUID id) {
        A aggregate = create(id);
        return restored(aggregate, streams.find(id, Fold.of(aggregate)));
    }

    @Override
    public A loadAt(UUID id, long version) {
        A aggregate = create(id);
        return streams.require(
                id,
                restored(aggregate, streams.findAt(id, version, Fold.of(aggregate)))
                        .orElse(null));
    }

    private Optional<A> restored(A aggregate, @Nullable Folded<Object> folded) {
        if (folded == null) {
            return Optional.empty();
        }
        aggregate.restore(folded.state(), folded.version(), folded.snapshotVersion());
        return Optional.of(aggregate);
    }

    @Override
    public @Nullable AppendResult save(A aggregate, EventMetadata metadata) {
        List<?> events = aggregate.uncommittedEvents();
        if (events.isEmpty()) {
            return null;
        }
        UUID id = aggregate.id();
        AppendResult result = streams.append(id, aggregate.version(), events, metadata);
        aggregate.committed(result.lastVersion());
        aggregate.snapshotRequested(
                streams.snapshotIfDue(id, aggregate.version(), aggregate.snapshotVersion(), () -> Fold.of(create(id))));
        return result;
    }

    @Override
    public A execute(UUID id, EventMetadata metadata, Consumer<? super A> command) {
        return streams.retrying(id, () -> {
            A aggregate = load(id);
            command.accept(aggregate);
            save(aggregate, metadata);
            return aggregate;
        });
    }

    @Override
    public boolean exists(UUID id) {
        return streams.exists(id);
    }

    @Override
    public boolean snapshot(UUID id) {
        return streams.snapshot(id, () -> Fold.of(create(id)));
    }
}
