package io.eventsource.aggregate;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * What decides and raises events. Its state is an immutable value that changes only by folding an event into it, both
 * when the event is raised and when it is read back.
 *
 * <p>A subclass is annotated with {@link AggregateType} and has a constructor that takes the aggregate's id. Its command
 * methods look at {@link #state()}, throw when the command is not allowed, and {@link #raise} events otherwise. Instances
 * are not thread-safe and are good for one unit of work: after a failed save or a rolled-back transaction, load again.
 *
 * @param <S> the state, an immutable class
 * @param <E> the common type of the aggregate's events
 */
public abstract class AggregateRoot<S, E> {

    private final UUID id;
    private final List<E> uncommittedEvents = new ArrayList<>();
    private S state;
    private long version;
    private long snapshotVersion;

    /**
     * Creates an aggregate without events.
     *
     * @param id the aggregate's id, unique over all types
     * @param initialState the state before the first event
     */
    protected AggregateRoot(UUID id, S initialState) {
        this.id = Objects.requireNonNull(id, "id");
        this.state = Objects.requireNonNull(initialState, "initialState");
    }

    /**
     * Folds an event into a state. Has no side effect and never refuses: the event has happened.
     *
     * @param state the state before the event
     * @param event the event
     * @return the state after the event
     */
    protected abstract S evolve(S state, E event);

    /**
     * Records that something happened: the event is folded into the state now and stored by the next save.
     *
     * @param event the event
     */
    protected final void raise(E event) {
        state = evolve(state, Objects.requireNonNull(event, "event"));
        uncommittedEvents.add(event);
    }

    /**
     * The aggregate's id.
     *
     * @return the id
     */
    public final UUID id() {
        return id;
    }

    /**
     * The state after all events, uncommitted ones included.
     *
     * @return the state
     */
    public final S state() {
        return state;
    }

    /**
     * The version of the last stored event that this instance has seen; uncommitted events do not count.
     *
     * @return the version, 0 for an aggregate that has never been saved
     */
    public final long version() {
        return version;
    }

    /**
     * The events that have been raised and not saved.
     *
     * @return the events in order
     */
    public final List<E> uncommittedEvents() {
        return List.copyOf(uncommittedEvents);
    }

    /** Folds a stored event into a state. The caller vouches that both belong to this class of aggregates. */
    @SuppressWarnings("unchecked")
    final Object fold(Object before, Object event) {
        return Objects.requireNonNull(evolve((S) before, (E) event), "the state after an event");
    }

    /** Takes over what was folded elsewhere. The caller vouches that it belongs to this aggregate. */
    @SuppressWarnings("unchecked")
    final void restore(Object folded, long newVersion, long newSnapshotVersion) {
        state = (S) folded;
        version = newVersion;
        snapshotVersion = newSnapshotVersion;
    }

    final void committed(long newVersion) {
        uncommittedEvents.clear();
        version = newVersion;
    }

    /** The version of the last snapshot that this instance knows of, 0 for none. */
    final long snapshotVersion() {
        return snapshotVersion;
    }

    final void snapshotRequested(long newSnapshotVersion) {
        snapshotVersion = newSnapshotVersion;
    }
}
