package io.eventsource.aggregate;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.event.EventMetadata;
import io.eventsource.snapshot.Snapshots;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Loads and saves the aggregates of one class. Thread-safe; takes part in the calling thread's transaction as the
 * {@link EventStore} does.
 *
 * <p>When the calling thread's {@link io.eventsource.context.MetadataContext} has a tenant, every reading method throws
 * {@link io.eventsource.store.TenantMismatchException} for an aggregate of another tenant or of none, and saving to one throws
 * {@link io.eventsource.store.AppendException.StreamMismatchException}. Without a tenant in the context all aggregates can be read. What the
 * metadata given to {@code save} or {@code execute} leave empty comes from the context.
 *
 * @param <A> the aggregate class
 */
public interface AggregateRepository<A extends AggregateRoot<?, ?>> {

    /**
     * The repository of an aggregate class.
     *
     * @param aggregateClass a concrete class annotated with {@link AggregateType}, with a constructor that takes the id
     * @param store where the events are
     * @param retries how often a command is retried after a conflict, and with which pauses
     * @param <A> the aggregate class
     * @return the repository
     * @throws InvalidDeclarationException when the class has no type name, is abstract, or lacks the constructor
     */
    static <A extends AggregateRoot<?, ?>> AggregateRepository<A> of(
            Class<A> aggregateClass, EventStore store, CommandRetries retries) {
        return new EventStoreAggregateRepository<>(aggregateClass, store, retries, null);
    }

    /**
     * The repository of an aggregate class, with snapshots if the class declares a version of its state.
     *
     * @param aggregateClass as for {@link #of(Class, EventStore, CommandRetries)}
     * @param store where the events are
     * @param retries how often a command is retried after a conflict, and with which pauses
     * @param snapshots where snapshots are kept and when they are taken
     * @param <A> the aggregate class
     * @return the repository
     * @throws InvalidDeclarationException when the class has no type name, is abstract, lacks the constructor, or declares a
     *     version of a state that could not be read back
     */
    static <A extends AggregateRoot<?, ?>> AggregateRepository<A> of(
            Class<A> aggregateClass, EventStore store, CommandRetries retries, Snapshots snapshots) {
        return new EventStoreAggregateRepository<>(aggregateClass, store, retries, snapshots);
    }

    /**
     * Folds events into an aggregate without a store, for tests and tools.
     *
     * @param aggregateClass as for {@link #of(Class, EventStore, CommandRetries)}
     * @param id the aggregate's id
     * @param events the events in order, the first of version 1
     * @param <A> the aggregate class
     * @return the aggregate, without uncommitted events
     * @throws InvalidDeclarationException as {@link #of(Class, EventStore, CommandRetries)}
     */
    static <A extends AggregateRoot<?, ?>> A replay(Class<A> aggregateClass, UUID id, List<?> events) {
        A aggregate = AggregateClass.of(aggregateClass).instantiate(id);
        Object state = aggregate.state();
        for (Object event : events) {
            state = aggregate.fold(state, event);
        }
        aggregate.restore(state, events.size(), 0);
        return aggregate;
    }

    /**
     * A new aggregate without events. Nothing is stored before it is saved, and saving fails when its id is taken.
     *
     * @param id the aggregate's id
     * @return the aggregate
     */
    A create(UUID id);

    /**
     * The aggregate after all its events, read from its snapshot and the events behind it where there is a snapshot that fits.
     *
     * @param id the aggregate's id
     * @return the aggregate
     * @throws AggregateNotFoundException when there is none of this type
     * @throws io.eventsource.event.EventDecodingException when an event does not fit its class
     */
    A load(UUID id);

    /**
     * The aggregate after all its events, if it exists.
     *
     * @param id the aggregate's id
     * @return the aggregate, or empty
     * @throws io.eventsource.event.EventDecodingException when an event does not fit its class
     */
    Optional<A> find(UUID id);

    /**
     * The aggregate as it was at an earlier version. It is for looking at: saving it conflicts unless it is current.
     *
     * @param id the aggregate's id
     * @param version the last version to fold, 1 or more; one beyond the aggregate's last means its last
     * @return the aggregate
     * @throws AggregateNotFoundException when there is none of this type
     * @throws IllegalArgumentException when the version is not positive
     */
    A loadAt(UUID id, long version);

    /**
     * Stores the uncommitted events, on the condition that nobody has appended since the aggregate was loaded. Without
     * uncommitted events nothing happens. After a lost answer, saving again conflicts if the events are stored.
     *
     * @param aggregate the aggregate, afterwards at its new version
     * @return where the events went, or null when there were none
     * @throws io.eventsource.store.VersionConflictException when somebody else appended first
     * @throws io.eventsource.store.AppendException.StreamMismatchException when the id belongs to an aggregate of another type or tenant
     */
    default @Nullable AppendResult save(A aggregate) {
        return save(aggregate, EventMetadata.none());
    }

    /**
     * As {@link #save(AggregateRoot)}, with metadata for the events.
     *
     * @param aggregate the aggregate, afterwards at its new version
     * @param metadata who caused the events
     * @return where the events went, or null when there were none
     * @throws io.eventsource.store.VersionConflictException when somebody else appended first
     */
    @Nullable AppendResult save(A aggregate, EventMetadata metadata);

    /**
     * Loads an aggregate, gives it a command and saves it; when somebody else appended first, all of it again, with a
     * short growing pause and a bounded number of times. The command may therefore run several times, each time on a
     * freshly loaded aggregate: it should do nothing but look at the aggregate and raise events. Within a transaction stricter
     * than READ COMMITTED a conflict ends the transaction, and repeating is of no use.
     *
     * @param id the aggregate's id
     * @param command the command
     * @return the aggregate as saved
     * @throws AggregateNotFoundException when there is none of this type
     * @throws io.eventsource.store.VersionConflictException when somebody else was first each time
     */
    default A execute(UUID id, Consumer<? super A> command) {
        return execute(id, EventMetadata.none(), command);
    }

    /**
     * As {@link #execute(UUID, Consumer)}, with metadata for the events.
     *
     * @param id the aggregate's id
     * @param metadata who caused the events
     * @param command the command
     * @return the aggregate as saved
     * @throws AggregateNotFoundException when there is none of this type
     * @throws io.eventsource.store.VersionConflictException when somebody else was first each time
     */
    A execute(UUID id, EventMetadata metadata, Consumer<? super A> command);

    /**
     * Whether there is such an aggregate of this type.
     *
     * @param id the aggregate's id
     * @return whether it has events
     * @throws io.eventsource.event.EventDecodingException when its first event does not fit its class
     */
    boolean exists(UUID id);

    /**
     * Takes a snapshot now, whatever the policy says. Within a transaction the snapshot is part of it.
     *
     * @param id the aggregate's id
     * @return whether one was stored; otherwise there is one of this version or a newer one
     * @throws AggregateNotFoundException when there is none of this type
     * @throws IllegalStateException when this type of aggregate has no snapshots
     * @throws io.eventsource.EventSourceException when the state does not come back from JSON as it was
     */
    boolean snapshot(UUID id);

    /**
     * The state of an aggregate that a {@link Decider} folds.
     *
     * @param id the aggregate
     * @param state its state
     * @param version the version of the last event in the state, 0 when the aggregate has no events
     * @param <S> the state's class
     */
    public record AggregateState<S>(UUID id, S state, long version) {}
}
