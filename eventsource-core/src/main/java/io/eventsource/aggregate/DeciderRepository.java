package io.eventsource.aggregate;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.aggregate.AggregateRepository.AggregateState;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRegistry;
import io.eventsource.snapshot.Snapshots;
import io.eventsource.store.EventStore;
import java.util.Optional;
import java.util.UUID;

/**
 * Runs commands through a {@link Decider} and loads what it folds. Thread-safe; takes part in the calling thread's transaction
 * as the {@link EventStore} does. Loading, snapshots and retries after conflicts are those of {@link AggregateRepository}.
 *
 * @param <C> the common type of the commands
 * @param <S> the state
 * @param <E> the common type of the events
 */
public interface DeciderRepository<C, S, E> {

    /**
     * The repository of a decider.
     *
     * @param decider an instance of a class annotated with {@link AggregateType}
     * @param store where the events are
     * @param retries how often a command is retried after a conflict, and with which pauses
     * @param snapshots where snapshots are kept and when they are taken, used when the class declares a version of its state
     * @param events must know the decider's events
     * @param <C> the common type of the commands
     * @param <S> the state
     * @param <E> the common type of the events
     * @return the repository
     * @throws InvalidDeclarationException when the class has no type name, or declares a version of a state that could not be
     *     read back
     * @throws InvalidDeclarationException when one of the decider's events is not registered
     */
    static <C, S, E> DeciderRepository<C, S, E> of(
            Decider<C, S, E> decider,
            EventStore store,
            CommandRetries retries,
            Snapshots snapshots,
            EventRegistry events) {
        return new EventStoreDeciderRepository<>(decider, store, retries, snapshots, events);
    }

    /**
     * Loads the state, decides, and stores the events on the condition that nobody has appended since; when somebody has, all of
     * it again, with a short growing pause and a bounded number of times. An aggregate that does not exist is decided on from
     * the initial state.
     *
     * @param id the aggregate's id
     * @param command the command
     * @return the state after the events
     * @throws io.eventsource.store.VersionConflictException when somebody else was first each time
     * @throws io.eventsource.store.AppendException.StreamMismatchException when the id belongs to an aggregate of another type or tenant
     */
    default AggregateState<S> execute(UUID id, C command) {
        return execute(id, EventMetadata.none(), command);
    }

    /**
     * As {@link #execute(UUID, Object)}, with metadata for the events.
     *
     * @param id the aggregate's id
     * @param metadata who caused the events
     * @param command the command
     * @return the state after the events
     * @throws io.eventsource.store.VersionConflictException when somebody else was first each time
     * @throws io.eventsource.store.AppendException.StreamMismatchException when the id belongs to an aggregate of another type or tenant
     */
    AggregateState<S> execute(UUID id, EventMetadata metadata, C command);

    /**
     * The state after all events.
     *
     * @param id the aggregate's id
     * @return the state
     * @throws AggregateNotFoundException when there is none of this type
     * @throws io.eventsource.event.EventDecodingException when an event does not fit its class
     */
    AggregateState<S> load(UUID id);

    /**
     * The state after all events, if the aggregate exists.
     *
     * @param id the aggregate's id
     * @return the state, or empty
     * @throws io.eventsource.event.EventDecodingException when an event does not fit its class
     */
    Optional<AggregateState<S>> find(UUID id);

    /**
     * The state as it was at an earlier version.
     *
     * @param id the aggregate's id
     * @param version the last version to fold, 1 or more; one beyond the aggregate's last means its last
     * @return the state
     * @throws AggregateNotFoundException when there is none of this type
     * @throws IllegalArgumentException when the version is not positive
     */
    AggregateState<S> loadAt(UUID id, long version);

    /**
     * Whether there is such an aggregate of this type.
     *
     * @param id the aggregate's id
     * @return whether it has events
     */
    boolean exists(UUID id);

    /**
     * Takes a snapshot now, as {@link AggregateRepository#snapshot} does.
     *
     * @param id the aggregate's id
     * @return whether one was stored; otherwise there is one of this version or a newer one
     * @throws AggregateNotFoundException when there is none of this type
     * @throws IllegalStateException when this type of aggregate has no snapshots
     * @throws io.eventsource.EventSourceException when the state does not come back from JSON as it was
     */
    boolean snapshot(UUID id);
}
