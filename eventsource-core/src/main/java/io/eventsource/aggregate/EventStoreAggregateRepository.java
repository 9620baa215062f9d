package io.eventsource.aggregate;

import io.eventsource.context.MetadataContext;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.StreamQuery;
import io.eventsource.store.StreamSlice;
import io.eventsource.store.VersionConflictException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.retry.RetryException;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;

/** Folds streams into aggregates. */
final class EventStoreAggregateRepository<A extends AggregateRoot<?, ?>> implements AggregateRepository<A> {

    private final AggregateClass<A> aggregateClass;
    private final EventStore store;

    private final RetryTemplate retries;
    private final CommandTurns turns = new CommandTurns();

    EventStoreAggregateRepository(Class<A> aggregateClass, EventStore store, CommandRetries retries) {
        this.aggregateClass = AggregateClass.of(aggregateClass);
        this.store = store;
        this.retries = new RetryTemplate(RetryPolicy.builder()
                .includes(VersionConflictException.class)
                .maxRetries(retries.maxRetries())
                .delay(retries.delay())
                .jitter(retries.delay().dividedBy(2))
                .multiplier(2)
                .maxDelay(retries.maxDelay())
                .build());
    }

    @Override
    public A create(UUID id) {
        return aggregateClass.instantiate(id);
    }

    @Override
    public A load(UUID id) {
        return find(id).orElseThrow(() -> new AggregateNotFoundException(aggregateClass.typeName(), id));
    }

    @Override
    public Optional<A> find(UUID id) {
        return fold(id, StreamQuery.of(id));
    }

    @Override
    public A loadAt(UUID id, long version) {
        return fold(id, StreamQuery.of(id).to(version))
                .orElseThrow(() -> new AggregateNotFoundException(aggregateClass.typeName(), id));
    }

    private Optional<A> fold(UUID id, StreamQuery query) {
        StreamSlice slice = reading().readStreamSlice(query);
        if (!aggregateClass.typeName().equals(slice.aggregateType())) {
            return Optional.empty();
        }
        A aggregate = aggregateClass.instantiate(id);
        for (EventEnvelope<Object> event : slice.events()) {
            aggregate.replay(event.payload(), event.version());
        }
        // an upcaster may have dropped the last event, and the next append must still name its version
        aggregate.committed(slice.highestVersion());
        return Optional.of(aggregate);
    }

    @Override
    public @Nullable AppendResult save(A aggregate, EventMetadata metadata) {
        List<?> events = aggregate.uncommittedEvents();
        if (events.isEmpty()) {
            return null;
        }
        AppendResult result = store.append(StreamAppend.to(aggregateClass.typeName(), aggregate.id(), events)
                .expecting(ExpectedVersion.exact(aggregate.version()))
                .withMetadata(metadata));
        aggregate.committed(result.lastVersion());
        return result;
    }

    @Override
    public A execute(UUID id, EventMetadata metadata, Consumer<? super A> command) {
        try (CommandTurns.Turn turn = turns.of(id)) {
            return retries.execute(() -> {
                turn.take();
                A aggregate = load(id);
                command.accept(aggregate);
                save(aggregate, metadata);
                return aggregate;
            });
        } catch (RetryException exhausted) {
            if (exhausted.getCause() instanceof Error error) {
                throw error;
            }
            throw exhausted.getCause() instanceof RuntimeException last ? last : new IllegalStateException(exhausted);
        }
    }

    @Override
    public boolean exists(UUID id) {
        return aggregateClass
                .typeName()
                .equals(reading().readStreamSlice(StreamQuery.of(id).limit(1)).aggregateType());
    }

    /** The store as the tenant of the current context may read it; all of it when there is none. */
    private EventStore reading() {
        String tenantId = MetadataContext.current().tenantId();
        return tenantId == null ? store : store.forTenant(tenantId);
    }
}
